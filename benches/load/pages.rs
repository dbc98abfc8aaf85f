//! What a page of a list costs at its end beside its beginning, in an account at its quotas.

use std::time::Instant;

use crate::Result;
use crate::client::Caller;
use crate::server::{self, Data, Server};
use crate::sign::Call;

/// Entries of a page.
const PAGE: &str = "100";
const RAM: &str = "2015-05-01";
const IMS: &str = "2019-08-15";
const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;

/// A list, and the parameters that it takes beside those of pages.
type List = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const LISTS: [List; 6] = [
    (RAM, "ListUsers", &[]),
    (IMS, "ListUsers", &[]),
    (IMS, "ListUserBasicInfos", &[]),
    (RAM, "ListGroups", &[]),
    (RAM, "ListRoles", &[]),
    (RAM, "ListPolicies", &[("PolicyType", "Custom")]),
];

/// As many of each as an account may have.
fn fill(root: &mut Caller) -> Result<()> {
    for number in 0..5000 {
        root.ram("CreateUser", &[("UserName", &format!("user-{number:05}"))])?;
    }
    for number in 0..300 {
        let name = format!("group-{number:05}");
        root.ram("CreateGroup", &[("GroupName", &name)])?;
    }
    for number in 0..1000 {
        let name = format!("role-{number:05}");
        let made = [("RoleName", &*name), ("AssumeRolePolicyDocument", TRUST)];
        root.ram("CreateRole", &made)?;
    }
    for number in 0..1500 {
        let name = format!("policy-{number:05}");
        let made = [("PolicyName", &*name), ("PolicyDocument", DOCUMENT)];
        root.ram("CreatePolicy", &made)?;
    }
    Ok(())
}

/// Milliseconds of each page of a list, from its first to its last.
fn walk(root: &mut Caller, (version, action, own): List) -> Result<Vec<f64>> {
    let (mut times, mut marker) = (Vec::new(), String::new());
    loop {
        let pages = [("MaxItems", PAGE), ("Marker", marker.as_str())];
        let params = [own, &pages].concat();
        let call = Call {
            action,
            version,
            params: &params,
        };
        let begin = Instant::now();
        let answer = root.call(&call)?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        match answer["Marker"].as_str() {
            Some(next) => next.clone_into(&mut marker),
            None => return Ok(times),
        }
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    f64::midpoint(times[(times.len() - 1) / 2], times[times.len() / 2])
}

/// The median time of each page over the rounds: the first, the last, the slowest and the fastest.
pub(crate) fn pages(rounds: u32) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::rampart(None, Data::Directory(directory.path()))?;
    let mut root = Caller::connect(server.address, &server::root())?;
    fill(&mut root)?;
    for list in LISTS {
        let walks = (0..rounds)
            .map(|_| walk(&mut root, list))
            .collect::<Result<Vec<_>>>()?;
        let pages: Vec<f64> = (0..walks[0].len())
            .map(|page| median(walks.iter().map(|walk| walk[page]).collect()))
            .collect();
        let least = pages.iter().copied().fold(f64::INFINITY, f64::min);
        let most = pages.iter().copied().fold(0.0, f64::max);
        println!(
            "{} {}: {} pages of {PAGE}; first {:.2} ms, last {:.2} ms, fastest {least:.2} ms, slowest {most:.2} ms, slowest / fastest {:.2}",
            list.0,
            list.1,
            pages.len(),
            pages[0],
            pages[pages.len() - 1],
            most / least,
        );
    }
    server.stop()?;
    Ok(())
}
