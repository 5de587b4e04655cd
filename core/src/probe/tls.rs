//! TLS on a connection, and what is wrong with the certificate if something is.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind,
    ProtocolVersion, RootCertStore, SignatureScheme, StreamOwned,
};

use super::missed::{Missed, stopped};
use super::report::ProbeOutcome;
use super::wire::Wire;
use crate::error::{Code, Error};

/// What is trusted, and what was found out.
#[derive(Clone)]
pub(super) struct Trust {
    provider: Arc<CryptoProvider>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

impl Trust {
    /// The roots of Mozilla's list, and those of PEM files besides.
    pub(super) fn new(authorities: &[Vec<u8>]) -> Result<Self, Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for pem in authorities {
            let mut found = false;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let added = certificate.ok().and_then(|one| roots.add(one).ok());
                added.ok_or_else(|| refused("holds a certificate that cannot be read"))?;
                found = true;
            }
            if !found {
                return Err(refused("holds no certificate in PEM form"));
            }
        }
        let provider = Arc::new(ring::default_provider());
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let verifier = built.build().map_err(|_| refused("makes no list of authorities"))?;
        Ok(Self { provider, verifier })
    }

    /// For one session: TLS sessions are remembered within it and not beyond.
    pub(super) fn session(&self) -> Result<Tls, Missed> {
        let judge = Arc::new(Judge { verifier: self.verifier.clone(), wrong: Mutex::default() });
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| Missed::new(ProbeOutcome::Failed, error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(judge.clone())
            .with_no_client_auth();
        Ok(Tls { config: Arc::new(config), judge })
    }
}

fn refused(what: &str) -> Error {
    Error::new(Code::BadOption, format!("option ca: the file {what}"))
}

/// TLS for the connections of one session.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    judge: Arc<Judge>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// A connection with TLS on it.
pub(super) type Secured = StreamOwned<ClientConnection, Wire>;

impl Tls {
    /// Does the handshake, whatever the certificate is worth: [`Self::wrong`] says so afterwards.
    pub(super) fn begin(&self, mut wire: Wire, host: &str) -> Result<Secured, Missed> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Missed::new(ProbeOutcome::Failed, format!("`{host}` is no name for a certificate"))
        })?;
        let mut connection = ClientConnection::new(self.config.clone(), name)
            .map_err(|error| Missed::new(ProbeOutcome::TlsFailed, error.to_string()))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut wire).map_err(|error| {
                let missed = stopped(&error, "the TLS handshake");
                match missed.outcome {
                    ProbeOutcome::Cancelled | ProbeOutcome::Silent => missed,
                    _ => Missed { outcome: ProbeOutcome::TlsFailed, ..missed },
                }
            })?;
        }
        Ok(StreamOwned::new(connection, wire))
    }

    /// Why the last certificate that was shown is not valid for the name, if it is not.
    pub(super) fn wrong(&self) -> Option<String> {
        self.judge.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The version of TLS on a connection.
pub(super) fn version(secured: &Secured) -> &'static str {
    match secured.conn.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "1.3",
        _ => "1.2",
    }
}

/// Whether a connection went on with an earlier session.
pub(super) fn resumed(secured: &Secured) -> bool {
    secured.conn.handshake_kind() == Some(HandshakeKind::Resumed)
}

/// Judges a certificate and lets the handshake go on, so that the rest can be seen, too. What must not
/// happen on such a connection is for the caller to see to.
#[derive(Debug)]
struct Judge {
    verifier: Arc<WebPkiServerVerifier>,
    wrong: Mutex<Option<String>>,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judged = self.verifier.verify_server_cert(certificate, others, name, ocsp, now);
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        // What was wrong once in a session stays wrong.
        if let Err(error) = judged {
            wrong.get_or_insert_with(|| why(&error));
        }
        Ok(ServerCertVerified::assertion())
    }

    // Whoever has no key for the certificate is no server at all.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn why(error: &rustls::Error) -> String {
    use CertificateError as Wrong;
    let rustls::Error::InvalidCertificate(wrong) = error else { return error.to_string() };
    let why = match wrong {
        Wrong::Expired | Wrong::ExpiredContext { .. } => "it has expired",
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => "it is not valid yet",
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => "it is for another name",
        Wrong::UnknownIssuer => "its issuer is not known: give the authority along if it is yours",
        Wrong::BadSignature => "its signature is wrong",
        Wrong::InvalidPurpose | Wrong::InvalidPurposeContext { .. } => "it is not for servers",
        Wrong::Revoked => "it is revoked",
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is that of an authority, and no server's"
        }
        other => return format!("it cannot be checked: {other}"),
    };
    why.to_owned()
}
