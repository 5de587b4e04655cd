//! Files of the corpus that are no whole rule set for nft.

use pasvaudit::Code;

/// What is refused, by the end of its path, and why nft refuses it too.
pub(crate) const REFUSED: &[(&str, Code, &str)] = &[
    (
        "01rabbit_Azazel-Gadget__nftables_first_minute.nft.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "Dialgatrainer02_home-lab__templates_homelab-ruleset.nft.j2.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "DigitaleGesellschaft_DNS-Resolver__configuration-files_roles_base_templates_nftables.conf.j2.nft",
        Code::HostName,
        "a template with gaps",
    ),
    (
        "GongT_router.target__services_nftables_configs_router.nft.nft",
        Code::BadSyntax,
        "a part of a table, without the table",
    ),
    (
        "HolgerHees_smartserver__roles_firewall_templates_etc_nftables_00_init.nft.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "KilimcininKorOglu_lankeeper__configs_sysconf_nftables.conf.tmpl.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "Thomas-Walker-Lynch_SubU__developer_DNS_10-block-IPv6.nft.nft",
        Code::BadSyntax,
        "it is in another language",
    ),
    (
        "ValdikSS_hoogmoon-testing__build_files_etc_v2ray_v2ray-redirect-lan.nft.nft",
        Code::BadSyntax,
        "a part of a table, without the table",
    ),
    (
        "am009_whitelist-tproxy__tproxy_v2ray.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "archwrt_archwrt-dispatcher__filter.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "delejos_conduit-iran-khajubridge__nftables_conduit-region.nft.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "dimbor-ru_network-scripts__etc_network_ruleset.nft.nft",
        Code::BadSyntax,
        "a set is declared elsewhere",
    ),
    (
        "egberts_nftables-scripts__default-deny_filter_forward_icmp.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "futo-org_polycentric__services_scraper_egress.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "greg2010_wireguard-gateway-operator__k8s_charts_wireguard-gateway-operator_files_gateway.nft.nft",
        Code::BadPort,
        "a template with gaps",
    ),
    (
        "icpcsysops_ansible__roles_iptablesrules_templates_challenge.nftables.conf.j2.nft",
        Code::HostName,
        "a template with gaps",
    ),
    (
        "infertux_chef-sanity__templates_default_firewall_nftables.conf.erb.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "kntrbs76_OTUS__08-kafka_roles_nginx-servers_templates_nftables_nftables.conf.j2.nft",
        Code::HostName,
        "a template with gaps",
    ),
    (
        "lecramyajiv_Nftables-Rules-for-Debian-Desktop__slackware_firewall.nft.nft",
        Code::BadSyntax,
        "it is in another language",
    ),
    (
        "lirundong_homelab-infra__openwrt-builder_files_etc_nftables.d_99-sing-box.nft.nft",
        Code::BadSyntax,
        "a part of a table, without the table",
    ),
    (
        "maikltim_HighLoad_Systems_Otus__mysql_cluster_hw5_roles_jump-servers_templates_nftables_nftables.conf.j2.nft",
        Code::HostName,
        "a template with gaps",
    ),
    (
        "maikltim_HighLoad_Systems_Otus__saltstack_hw11_srv_salt_be_files_nftables_nftables.conf.jinja.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "mattbucci_agent-sandbox__network_nftables_vm-rules.nft.nft",
        Code::EmptyInput,
        "it holds no command",
    ),
    (
        "microsoft_azurelinux__specs_n_nftables_router.nft.nft",
        Code::UnknownChain,
        "a chain is declared elsewhere",
    ),
    (
        "ms-jpq_lab__layers___usr_local_opt_nftables_conf.d_2-input.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "omkarrajmane_auto-network-policy__autonetworkpolicy_results_baselines_random_reorder_mixed_protocol_400_optimized.nft.nft",
        Code::BadSyntax,
        "nft 1.0.6 does not read it",
    ),
    (
        "progmaticltd_homebox__roles_firewall_templates_rules_10-base.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "rocka_nft-transproxy__nft_transproxy.nft.nft",
        Code::BadSyntax,
        "its variables are defined elsewhere",
    ),
    (
        "sio_gitlab-runners-fleet__build_template_gateway_firewall.nft.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    ("sio_homelab__nftables_vpn_edge_main.nft.nft", Code::BadSyntax, "a template with gaps"),
    (
        "technologiestiftung_kiezbox-openwrt-feed__kb-extra-app_files_opt_kb-script_portal_rules.nft.nft",
        Code::BadSyntax,
        "a part of a table, without the table",
    ),
    (
        "testdasi_openvpn-client-aio__deprecated_scripts_ruleset.nft.nft",
        Code::BadSyntax,
        "a template with gaps",
    ),
    (
        "ubune_openwrt-livebox__22-03_etc_-_wan_name_interface__eth0_nftables.d_10-custom-filter-chains.nft.nft",
        Code::EmptyInput,
        "it holds no command",
    ),
    (
        "un1x80_firewallo__etc_init.d_firewallo.nft.nft",
        Code::BadSyntax,
        "it is in another language",
    ),
    ("unman_3isec-tor__filter_ip4.nft.nft", Code::UnknownChain, "a chain is declared elsewhere"),
    (
        "vxiaov_luci-app-openproxy__root_etc_openproxy_rules_nft_openproxy_tproxy.nft.nft",
        Code::BadSyntax,
        "a set is declared elsewhere",
    ),
    ("yad-tahir_dotfiles__firewall_vault_main.nft.nft", Code::HostName, "it names hosts"),
    ("feature_various-firewall-hardening_ferm.conf", Code::BadSyntax, "it is for ferm"),
    ("dmz_router.ferm.txt", Code::BadSyntax, "it is for ferm"),
    ("dsl_router.ferm.txt", Code::BadSyntax, "it is for ferm"),
    ("webserver.ferm.txt", Code::BadSyntax, "it is for ferm"),
    ("workstation.ferm.txt", Code::BadSyntax, "it is for ferm"),
    ("router.nft", Code::UnknownChain, "a chain is declared elsewhere"),
    ("nftables.conf", Code::BadSyntax, "its variables are defined elsewhere"),
    ("nftfw_init_router.nft", Code::HostName, "a template with gaps"),
];
