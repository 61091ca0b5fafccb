//! Who issued a certificate (X.509, RFC 5280), as far as a message needs it: its organisation or its common name.

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xA0;
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0A];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// Longest name shown.
const MAX_CHARS: usize = 80;

/// The issuer's name, if the certificate reads.
pub(super) fn issuer_of(certificate: &[u8]) -> Option<String> {
    let (_, certificate, _) = item(certificate)?;
    let (_, signed, _) = item(certificate)?;
    let mut rest = signed;
    // Version (optional), serial number, algorithm; then the issuer.
    if rest.first() == Some(&EXPLICIT_VERSION) {
        rest = item(rest)?.2;
    }
    rest = item(rest)?.2;
    rest = item(rest)?.2;
    let (tag, issuer, _) = item(rest)?;
    (tag == SEQUENCE).then_some(())?;
    attribute(issuer, ORGANIZATION).or_else(|| attribute(issuer, COMMON_NAME))
}

/// The text of an attribute of a name.
fn attribute(name: &[u8], wanted: &[u8]) -> Option<String> {
    let mut sets = name;
    while let Some((_, set, after)) = item(sets) {
        let (_, pair, _) = item(set)?;
        let (_, kind, value) = item(pair)?;
        if kind == wanted {
            let (_, text, _) = item(value)?;
            let text = String::from_utf8_lossy(text);
            return Some(text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect());
        }
        sets = after;
    }
    None
}

/// The first item of DER: its tag, its content, and what follows it.
fn item(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interceptor_is_named_by_its_own_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["help.example.org".into()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Shield Root");
        let by_name = params.self_signed(&key).unwrap();
        assert_eq!(issuer_of(by_name.der()).as_deref(), Some("Shield Root"));
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Shield Antivirus");
        let by_organisation = params.self_signed(&key).unwrap();
        assert_eq!(issuer_of(by_organisation.der()).as_deref(), Some("Shield Antivirus"));
    }

    #[test]
    fn rubbish_is_no_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let whole = rcgen::CertificateParams::new(vec!["x".into()]).unwrap().self_signed(&key).unwrap();
        for length in 0..whole.der().len().min(200) {
            assert_eq!(issuer_of(&whole.der()[..length]), None);
        }
        assert_eq!(issuer_of(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), None);
    }
}
