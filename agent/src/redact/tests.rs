//! Planted secrets must not come through; look-alikes must.

use hotliner_protocol::event::{AttemptStarted, Line};
use hotliner_protocol::time::Timestamp;

use super::*;

fn redactor() -> Redactor {
    Redactor::new(&Known {
        users: vec!["mdupont".into(), "root".into(), "max".into()],
        people: vec!["Marie Dupont".into()],
        hosts: vec!["pc-salon".into(), "debian".into()],
        words: vec!["Projet Neptune".into()],
    })
    .unwrap()
}

fn line(source: &str, text: &str, cut_bytes: u64) -> Event {
    let line = Line { number: 1, text: text.into(), cut_bytes };
    Event { at: Timestamp::from_millis(1), attempt: None, source: source.into(), body: EventBody::Line(line) }
}

#[test]
fn a_planted_secret_never_comes_through() {
    let table = [
        ("cannot open /home/mdupont/.config/x", "mdupont", "user-1"),
        ("cannot open /home/jojo/x", "jojo", "user-1"),
        ("rootfs /srv/target/home/jojo/x", "jojo", "user-1"),
        ("file:///home/jojo/a.deb", "jojo", "user-1"),
        ("GET %2Fhome%2Fjojo%2Fa.deb", "jojo", "user-1"),
        (r"C:\Users\Jean Paul\AppData\x.log", "Jean Paul", "user-1"),
        (r#"{"p":"C:\\Users\\jojo\\x"}"#, "jojo", "user-1"),
        ("C:/Users/jojo/x", "jojo", "user-1"),
        ("/Users/jojo/Library", "jojo", "user-1"),
        ("user mdupont is not in the sudoers file", "mdupont", "user-1"),
        ("backup_MDupont.tar", "MDupont", "user-1"),
        ("Installed by Marie Dupont", "Marie", "user-1"),
        ("Nov 3 pc-salon sshd[1]: x", "pc-salon", "host-1"),
        ("mail to marie.d+x@example.org failed", "marie.d", "email-1"),
        ("u=marie%40example.org", "marie", "email-1"),
        ("Could not connect to deb.debian.org:80 (199.232.18.132). - connect (111)", "199.232", "ip-1"),
        ("gateway 192.168.1.254, dns 10.0.0.1", "192.168", "ip-1"),
        ("http://192.168.1.10:8080/x", "192.168", "ip-1"),
        ("from 2a01:cb00:12:3400::1 port 22", "2a01", "ip-1"),
        ("[fe80::1c2a:3bff:fe4d:5e6f%eth0]", "1c2a", "ip-1"),
        ("link/ether 3c:7c:3f:12:ab:9d brd", "3c:7c", "mac-1"),
        ("Physical Address: 3C-7C-3F-12-AB-9D", "3C-7C", "mac-1"),
        ("Serial Number: PF2XYZ12", "PF2XYZ12", "serial-1"),
        ("S/N: 5CD1234ABC", "5CD1234", "serial-1"),
        ("key VK7JG-NPHTM-C97JM-9MPGT-3V66T used", "NPHTM", "product-key-1"),
        ("https://bob:s3cret@repo.example.org/x", "s3cret", "secret-1"),
        ("proxy http://ann:hunter2/x@10.1.2.3:8080 refused", "hunter2", "secret-1"),
        ("https://ci@repo.example.org/x", "//ci", "secret-1"),
        ("GET /x?access_token=abc123def&b=1", "abc123def", "secret-1"),
        ("password=hunter2", "hunter2", "secret-1"),
        ("MYSQL_ROOT_PASSWORD='my secret'", "my secret", "secret-1"),
        ("Password: hunter2", "hunter2", "secret-1"),
        ("Mot de passe : hunter2", "hunter2", "secret-1"),
        ("mysql -u root -phunter2 db", "hunter2", "secret-1"),
        ("curl -u bob:hunter2 https://x", "hunter2", "secret-1"),
        ("setup --password hunter2 /quiet", "hunter2", "secret-1"),
        ("Authorization: Basic Ym9iOmh1bnRlcjI=", "Ym9i", "secret-1"),
        ("Authorization: Bearer abcdefabcdef", "abcdef", "secret-1"),
        ("Cookie: sid=abc; b=2", "abc", "secret-1"),
        ("using ghp_0123456789abcdefABCDEF0123456789abcd", "ghp_", "secret-1"),
        ("glpat-0123456789abcdefghij", "0123456789", "secret-1"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA", "secret-1"),
        ("xoxb-123456789012-abcdef", "xoxb", "secret-1"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJ", "secret-1"),
        ("wlan0: Trying to associate (SSID='Chez Marie' freq=2437 MHz)", "Chez", "wifi-1"),
        ("SSID : Livebox-1234", "Livebox", "wifi-1"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189 ok", "3000", "bank-1"),
        ("call 06 12 34 56 78 now", "12 34", "phone-1"),
        ("call +33 6 12 34 56 78 now", "12 34", "phone-1"),
        ("call +44 20 7946 0958 now", "7946", "phone-1"),
        ("tel:0612345678", "0612", "phone-1"),
        ("about projet neptune v2", "neptune", "private-1"),
    ];
    for (text, secret, placeholder) in table {
        let out = redactor().event(line("installer:stdout", text, 0)).into_inner();
        let out = &out.line().unwrap().text;
        assert!(!out.contains(secret), "`{text}` lets `{secret}` through: `{out}`");
        assert!(out.contains(placeholder), "`{text}` does not show `{placeholder}`: `{out}`");
    }
}

#[test]
fn what_diagnosis_needs_is_left_alone() {
    let table = [
        "Unpacking libfoo:amd64 (1.2.3.4-1) over (1.2.3.3-1) ...",
        "Setting up libfoo (1.2.3.4) ...",
        "2024-05-01 12:34:56 status installed libfoo:amd64 1.2.3.4",
        "2024-05-01 12:34:56 upgrade libfoo:amd64 1.2.3.4 1.2.3.5",
        "foo==1.2.3.4 requires bar>=2.0.0.1",
        "foo depends on libc6 (>= 2.36); however:",
        "dpkg: version 1.22.6.4 (amd64)",
        "/var/cache/apt/archives/foo_1.2.3.4_amd64.deb",
        "Setting up passwd:amd64 (1:4.13+dfsg1-1+b1) ...",
        "apt-get install passwd=1:4.13+dfsg1-1",
        "libpam-passwdqc libsecret-1-0:amd64 gnome-keyring",
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4127 (unattended-upgr)",
        "Err:1 http://deb.debian.org/debian bookworm InRelease",
        "https://example.org/home/page.html",
        "GET http://localhost:4873/left-pad@1.3.0",
        "GET https://registry.example.org/@babel/core",
        "Started getty@tty1.service and user@1000.service",
        "npm ERR! lodash@4.17.21 node_modules/@types/node",
        "0x80070643 {4A2C5B1E-0D3F-4E6A-9B7C-1D2E3F4A5B6C} 1603",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "SHA1 Fingerprint=AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD",
        "pci 0000:00:1f.2: AHCI controller",
        "std::vector<int> Dpkg::Deb::Control 12:34:56",
        "localhost 127.0.0.1 ::1 0.0.0.0 255.255.255.0",
        "dpkg: error processing archive /root/x.deb (--install):",
        "wget 1.21.3+20240101-1 1700000000 1.2+0123456789",
        "serial8250: ttyS0 at I/O 0x3f8",
        "max retries exceeded; debian root",
        "syntax error near unexpected token `newline'",
        "C:\\Users\\Public\\Documents C:\\Windows\\System32\\drivers\\x.sys",
        "bash: /dev/tcp: No such file or directory",
        "exit status 28 ENOSPC 100% [Working]",
    ];
    for text in table {
        let out = redactor().event(line("log:/var/log/dpkg.log", text, 0)).into_inner();
        assert_eq!(out.line().unwrap().text, text);
    }
}

#[test]
fn one_value_has_one_placeholder_and_two_values_have_two() {
    let mut redactor = redactor();
    assert_eq!(redactor.text("10.1.2.3 10.1.2.4 10.1.2.3"), "ip-1 ip-2 ip-1");
    assert_eq!(redactor.text("/home/anna /home/ANNA /home/otto"), "/home/user-1 /home/user-1 /home/user-2");
}

#[test]
fn a_secret_in_an_argument_of_its_own_is_hidden() {
    let mut redactor = redactor();
    let args: Vec<String> =
        ["--password", "hunter2", "-u", "bob:pw", "--token=abc", "/home/anna/x.deb", "--root=/tmp/r"]
            .map(String::from)
            .to_vec();
    let started = AttemptStarted { program: "/home/anna/setup".into(), args, joined_late: false };
    let event = Event {
        at: Timestamp::from_millis(1),
        attempt: None,
        source: "agent".into(),
        body: EventBody::AttemptStarted(started),
    };
    let EventBody::AttemptStarted(out) = redactor.event(event).into_inner().body else {
        panic!("other event")
    };
    assert_eq!(out.program, "/home/user-1/setup");
    assert_eq!(
        out.args,
        [
            "--password",
            "secret-1",
            "-u",
            "secret-2",
            "--token=secret-3",
            "/home/user-1/x.deb",
            "--root=/tmp/r"
        ]
    );
}

#[test]
fn a_private_key_is_withheld_to_its_end_and_only_in_its_own_source() {
    let mut redactor = redactor();
    let mut text = |source: &str, text: &str| {
        redactor.event(line(source, text, 0)).into_inner().line().unwrap().text.clone()
    };
    assert_eq!(text("installer:stdout", "-----BEGIN RSA PRIVATE KEY-----"), KEY_BLOCK);
    assert_eq!(text("installer:stdout", "MIIEowIBAAKCAQEA7"), KEY_BLOCK);
    assert_eq!(text("installer:stderr", "plain"), "plain");
    assert_eq!(text("installer:stdout", "-----END RSA PRIVATE KEY-----"), KEY_BLOCK);
    assert_eq!(text("installer:stdout", "plain"), "plain");
}

#[test]
fn a_secret_cut_in_the_middle_does_not_come_through_as_a_harmless_word() {
    let out = redactor().event(line("installer:stdout", "using token ghp_0123", 40)).into_inner();
    assert_eq!(out.line().unwrap().text, "using token");
}

fn fact(path: &str, value: Value) -> Fact {
    Fact { path: path.parse().unwrap(), observed_at: Timestamp::from_millis(1), reading: value.into() }
}

#[test]
fn facts_are_redacted_by_key_and_value_and_keep_their_versions() {
    let mut redactor = redactor();
    let disk = redactor.fact(fact("disk[/home/anna/usb]", Value::map([("read_only", false)]))).into_inner();
    assert_eq!(disk.path.as_str(), "disk[/home/user-1/usb]");
    let package = Value::map([("version", "1.2.3.4"), ("status", "installed")]);
    let out = redactor.fact(fact("package[dpkg:libfoo]", package.clone())).into_inner();
    assert_eq!(out.reading.value(), Some(&package));
    let dns = redactor.fact(fact("network.dns_servers", Value::List(vec!["10.0.0.1".into()]))).into_inner();
    assert_eq!(dns.reading.value(), Some(&Value::List(vec!["ip-1".into()])));
}

#[test]
fn a_customer_whose_name_is_a_word_of_ours_does_not_blind_the_facts() {
    let known = Known { people: vec!["Network Disk Marie".to_owned()], ..Known::default() };
    let mut redactor = Redactor::new(&known).unwrap();
    let table = [
        ("network.default_route", "network.default_route"),
        ("package[dpkg:network-manager]", "package[dpkg:network-manager]"),
        ("disk[/media/marie/usb].free_bytes", "disk[/media/user-1/usb].free_bytes"),
    ];
    for (path, expected) in table {
        let out = redactor.fact(fact(path, Value::Bool(true))).into_inner();
        assert_eq!(out.path.as_str(), expected);
    }
}
