//! Principals of trust policies, and callers who nearly are them.

use super::super::question::Caller;
use super::super::random::Random;
use super::Maker;
use super::words::{ACCOUNTS, flip_case, near};

const USERS: [&str; 4] = ["alice", "Alice", "bob", "jump"];
const ROLES: [&str; 4] = ["jump", "ops", "Ops", "a_b"];
const SERVICES: [&str; 4] = [
    "ecs.aliyuncs.com",
    "ECS.aliyuncs.com",
    "log.aliyuncs.com",
    "ecs.aliyuncs.com.cn",
];
const PROVIDERS: [&str; 5] = [
    "saml-provider/idp",
    "saml-provider/IdP",
    "saml-provider/idp2",
    "oidc-provider/idp",
    "oidc-provider/gh",
];

const BAD_ENTRIES: [(&str, &str); 39] = [
    ("RAM", ""),
    ("RAM", "**"),
    ("RAM", "1000000000000001"),
    ("RAM", "acs:ram::1000000000000001:user/al*"),
    ("RAM", "acs:ram::1000000000000001:user/al?ce"),
    ("RAM", "acs:ram::1000000000000001:user/"),
    ("RAM", "acs:ram::1000000000000001:user/al ice"),
    ("RAM", "acs:ram::1000000000000001:user/\u{e9}"),
    ("RAM", "acs:ram::1000000000000001:role/**"),
    ("RAM", "acs:ram::1000000000000001:role/a/b"),
    ("RAM", "acs:ram::1000000000000001:group/g"),
    ("RAM", "acs:ram::1000000000000001:root/"),
    ("RAM", "acs:ram::1000000000000001:Root"),
    ("RAM", "acs:ram::1000000000000001:User/alice"),
    ("RAM", "acs:ram::1000000000000001:*"),
    ("RAM", "acs:ram::1000000000000001:saml-provider/idp"),
    ("RAM", "acs:ram:*:1000000000000001:root"),
    ("RAM", "ACS:RAM::1000000000000001:root"),
    ("RAM", "acs:ram::*:user/alice"),
    ("RAM", "acs:ram::*:user/*"),
    ("RAM", "acs:ram::10000000000000?1:root"),
    ("RAM", "acs:ram::100000000000000:root"),
    ("RAM", "acs:ram:::root"),
    ("RAM", "ecs.aliyuncs.com"),
    ("Service", ""),
    ("Service", "*"),
    ("Service", "ecs"),
    ("Service", "ecs.aliyuncs.com."),
    ("Service", ".aliyuncs.com"),
    ("Service", "-ecs.aliyuncs.com"),
    ("Service", "ecs_x.aliyuncs.com"),
    ("Service", "*.aliyuncs.com"),
    ("Service", "1@ecs.aliyuncs.com"),
    ("Service", "@ecs.aliyuncs.com"),
    ("Service", "1000000000000001@"),
    ("Service", "ecs aliyuncs.com"),
    ("Federated", "acs:ram::1000000000000001:saml-provider/*"),
    ("Federated", "acs:ram::*:saml-provider/idp"),
    ("Federated", "acs:ram::1000000000000001:user/alice"),
];

impl Maker {
    /// The element `Principal`: one to three kinds, each with its entries.
    pub(crate) fn principals(&mut self) -> Vec<(String, Vec<String>)> {
        let mut kinds = vec!["RAM", "Service", "Federated"];
        if !self.random.chance(25) {
            let kept = self.random.below(kinds.len());
            kinds = vec![*self.random.choose(&["RAM", kinds[kept]])];
        }
        if self.fault() {
            kinds.push(self.random.pick(&["AWS", "ram", "", "Ram"]));
        }
        kinds
            .into_iter()
            .map(|kind| (kind.to_owned(), self.list(|maker| maker.entry(kind))))
            .collect()
    }

    fn entry(&mut self, kind: &str) -> String {
        if self.fault() {
            let (wanted, text) = *self.random.choose(&BAD_ENTRIES);
            if wanted == kind {
                return text.to_owned();
            }
        }
        let random = &mut self.random;
        let account = random.pick(&ACCOUNTS);
        if self.faulty && random.chance(2) {
            return longest(random, kind, account);
        }
        let entry = match kind {
            "RAM" => match random.below(20) {
                0 => "*".to_owned(),
                1 => "acs:ram::*:root".to_owned(),
                2 => format!("acs:ram::{account}:user/*"),
                3 => format!("acs:ram::{account}:role/*"),
                4..8 => format!("acs:ram::{account}:root"),
                8..14 => format!("acs:ram::{account}:user/{}", random.pick(&USERS)),
                _ => format!("acs:ram::{account}:role/{}", random.pick(&ROLES)),
            },
            "Service" if random.chance(50) => format!("{account}@{}", random.pick(&SERVICES)),
            "Federated" => format!("acs:ram::{account}:{}", random.pick(&PROVIDERS)),
            _ => random.pick(&SERVICES).to_owned(),
        };
        // A change may well leave a sound entry that names another.
        if self.faulty && self.random.chance(3) {
            return near(&mut self.random, &entry);
        }
        entry
    }
}

/// An entry whose name is as long as it may be, or one character longer.
fn longest(random: &mut Random, kind: &str, account: &str) -> String {
    let more = random.below(2);
    let name = |length: usize| "a".repeat(length + more);
    match kind {
        "Service" => format!("{}.aliyuncs.com", name(63)),
        "Federated" => {
            let provider = random.pick(&["saml-provider", "oidc-provider"]);
            format!("acs:ram::{account}:{provider}/{}", name(128))
        }
        _ => {
            let entity = random.pick(&["user", "role"]);
            format!("acs:ram::{account}:{entity}/{}", name(64))
        }
    }
}

/// A caller of a role.
pub(crate) fn caller(random: &mut Random) -> Caller {
    let account = random.pick(&ACCOUNTS).to_owned();
    match random.below(20) {
        0 => Caller::Root { account },
        1..9 => Caller::User {
            account,
            name: random.pick(&USERS).to_owned(),
        },
        9..14 => Caller::Role {
            account,
            name: random.pick(&ROLES).to_owned(),
        },
        14..17 => Caller::Service {
            name: random.pick(&SERVICES).to_owned(),
            bound: random.chance(60).then_some(account),
        },
        _ => {
            let mut provider = random.pick(&PROVIDERS).to_owned();
            if random.chance(20) {
                let (kind, name) = provider.split_once('/').unwrap_or_default();
                provider = format!("{kind}/{}", flip_case(random, name));
            }
            Caller::Federated {
                provider: format!("acs:ram::{account}:{provider}"),
            }
        }
    }
}
