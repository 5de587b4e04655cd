"""Real FTP sessions through a real Linux firewall, in network namespaces."""
