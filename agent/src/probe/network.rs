//! The network, as far as it can be told without sending anything.

use std::ffi::OsString;

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;
use sysinfo::Networks;

use super::{Context, Sink, reading_of};
use crate::platform;

/// Variables that name a proxy.
const PROXY_VARIABLES: &[&str] =
    &["https_proxy", "http_proxy", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

pub(super) fn read(_: &Context, sink: &mut Sink<'_>) {
    sink.put("network.default_route", platform::default_route());
    sink.put("network.dns_servers", platform::dns_servers());
    let proxy =
        PROXY_VARIABLES.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let proxy = proxy.or_else(platform::system_proxy);
    let mut parts: Vec<(&str, Value)> = vec![("set", proxy.is_some().into())];
    parts.extend(proxy.map(|url| ("url", url.into())));
    sink.value("network.proxy", Value::map(parts));
    sink.put("network.interfaces", interfaces());
}

fn interfaces() -> Reading {
    let networks = match Networks::new_with_refreshed_list() {
        Ok(networks) => networks,
        Err(error) => return reading_of(&error),
    };
    let mut found: Vec<_> = (&networks).into_iter().collect();
    found.sort_by_key(|(name, _)| *name);
    let one = |(name, data): (&OsString, &sysinfo::NetworkData)| {
        let mut addresses: Vec<_> = data.ip_networks().iter().map(|network| network.addr).collect();
        // The system gives them in no order; a fact that only changed its order would be sent again.
        addresses.sort();
        let addresses = addresses.iter().map(|address| Value::Text(address.to_string()));
        Value::map([
            ("name", Value::Text(name.to_string_lossy().into_owned())),
            ("mac", Value::Text(data.mac_address().to_string())),
            ("addresses", Value::List(addresses.collect())),
        ])
    };
    Value::List(found.into_iter().map(one).collect()).into()
}
