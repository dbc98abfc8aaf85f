//! HTTP/1.1 over raw connections: the closed loop that loads a server, and one-off calls.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Result;
use crate::sign::{Call, Fresh, Key, Scheme, Template};

/// No answer may take longer, and no answer may be larger.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 1 << 20;

/// The load stays on this machine.
fn demand_loopback(server: SocketAddr) -> Result<()> {
    if server.ip().is_loopback() {
        return Ok(());
    }
    Err(
        format!("`{server}` is not a loopback address; the load generator speaks to no other")
            .into(),
    )
}

/// The parts of an answer that matter here.
struct Head {
    status: u16,
    /// Where the line with the content length is.
    length_line: std::ops::Range<usize>,
    body: usize,
    end: usize,
}

/// `None` until the head is complete.
fn parse(answer: &[u8]) -> Result<Option<Head>> {
    let Some(body) = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
    else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..body])?;
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok());
    let mut at = 0;
    for line in head.split_inclusive("\r\n") {
        let line_at = at;
        at += line.len();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            let length: usize = value.trim().parse()?;
            if length > LARGEST_ANSWER {
                return Err("an answer is larger than any should be".into());
            }
            let status = status.ok_or("an answer does not begin with HTTP/1.1 and a status")?;
            return Ok(Some(Head {
                status,
                length_line: line_at..at,
                body,
                end: body + length,
            }));
        }
    }
    Err("an answer has no content length".into())
}

fn shown(status: u16, body: &[u8]) -> String {
    let body: String = String::from_utf8_lossy(body).chars().take(400).collect();
    format!("answered {status}: {body}")
}

/// The form of the last answer, by which the next is recognised without reading it line by line.
/// Total length, the place of the body and the content length fix each other, so an answer that
/// agrees in all three is complete.
#[derive(Default)]
struct Form {
    end: usize,
    body: usize,
    length_at: usize,
    length_line: Vec<u8>,
}

impl Form {
    fn fits(&self, answer: &[u8]) -> bool {
        answer.len() == self.end
            && self.end > 0
            && answer.starts_with(b"HTTP/1.1 200")
            && answer[..self.body].ends_with(b"\r\n\r\n")
            && answer[self.length_at..].starts_with(&self.length_line)
    }
}

/// What is sent, and what an answer to it must contain.
pub(crate) struct Load {
    pub(crate) server: SocketAddr,
    pub(crate) template: Template,
    pub(crate) mark: &'static str,
}

/// One connection, one request in flight.
struct Connection {
    stream: TcpStream,
    fresh: Fresh,
    out: Vec<u8>,
    answer: Vec<u8>,
    form: Form,
}

impl Connection {
    async fn open(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            fresh: Fresh::new(),
            out: Vec::new(),
            answer: vec![0; 16 * 1024],
            form: Form::default(),
        })
    }

    async fn receive(&mut self, mark: &str) -> Result<()> {
        let mut filled = 0;
        loop {
            let count = self.stream.read(&mut self.answer[filled..]).await?;
            if count == 0 {
                return Err("the server closed a connection".into());
            }
            filled += count;
            let answer = &self.answer[..filled];
            if self.form.fits(answer) {
                return Ok(());
            }
            if let Some(head) = parse(answer)?
                && filled >= head.end
            {
                let body = &answer[head.body..];
                if head.status != 200 || filled > head.end {
                    return Err(shown(head.status, body).into());
                }
                if !String::from_utf8_lossy(body).contains(mark) {
                    return Err(format!("no `{mark}`: {}", shown(200, body)).into());
                }
                self.form = Form {
                    end: head.end,
                    body: head.body,
                    length_at: head.length_line.start,
                    length_line: answer[head.length_line].to_vec(),
                };
                return Ok(());
            }
            if filled == self.answer.len() {
                self.answer.resize(filled * 2, 0);
            }
        }
    }

    /// Sends until the time or the count is used up; the nanoseconds that each answer took.
    async fn run(
        mut self,
        load: Arc<Load>,
        until: Instant,
        count: u64,
    ) -> Result<(Self, Vec<u32>)> {
        let mut latencies = Vec::with_capacity(1 << 16);
        for _ in 0..count {
            load.template.write(&mut self.fresh, &mut self.out);
            let sent = Instant::now();
            if sent >= until {
                break;
            }
            self.stream.write_all(&self.out).await?;
            self.receive(load.mark).await?;
            latencies.push(u32::try_from(sent.elapsed().as_nanos()).unwrap_or(u32::MAX));
        }
        Ok((self, latencies))
    }
}

/// Connections to one server, kept alive.
pub(crate) struct Pool {
    load: Arc<Load>,
    connections: Vec<Connection>,
}

impl Pool {
    pub(crate) async fn open(load: Arc<Load>, connections: u16) -> Result<Self> {
        demand_loopback(load.server)?;
        let mut pool = Self {
            load,
            connections: Vec::new(),
        };
        for _ in 0..connections {
            pool.connections
                .push(Connection::open(pool.load.server).await?);
        }
        Ok(pool)
    }

    /// Loads the server until the time or the count is used up. The first answer that is not
    /// 200 ends the run.
    pub(crate) async fn run(&mut self, time: Duration, requests: u64) -> Result<Vec<u32>> {
        let until = Instant::now() + time;
        let share = requests.div_ceil(self.connections.len() as u64);
        let mut tasks = tokio::task::JoinSet::new();
        for connection in self.connections.drain(..) {
            tasks.spawn(connection.run(Arc::clone(&self.load), until, share));
        }
        let all = async {
            let mut latencies = Vec::new();
            while let Some(done) = tasks.join_next().await {
                let (connection, part) = done??;
                self.connections.push(connection);
                latencies.extend(part);
            }
            Ok(latencies)
        };
        tokio::time::timeout(time + PATIENCE, all)
            .await
            .map_err(|_| "a server did not answer in 10 s")?
    }
}

/// Loads servers through several pools at once: the pools again, and what every answer took.
pub(crate) async fn run_all(
    pools: Vec<Pool>,
    time: Duration,
    requests: u64,
) -> Result<(Vec<Pool>, Vec<u32>)> {
    let share = requests.div_ceil(pools.len() as u64);
    let mut tasks = tokio::task::JoinSet::new();
    for mut pool in pools {
        tasks.spawn(async move {
            let latencies = pool.run(time, share).await?;
            Result::Ok((pool, latencies))
        });
    }
    let (mut pools, mut latencies) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (pool, part) = done??;
        pools.push(pool);
        latencies.extend(part);
    }
    Ok((pools, latencies))
}

/// What a server shows of a counter without labels; 0 while it counted nothing.
pub(crate) fn scrape(server: SocketAddr, counter: &str) -> Result<f64> {
    demand_loopback(server)?;
    let mut stream = std::net::TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let value = answer
        .lines()
        .find_map(|line| line.strip_prefix(counter)?.strip_prefix(' '));
    Ok(value.map_or(Ok(0.0), str::parse)?)
}

/// One-off calls, signed RPC, over one connection.
pub(crate) struct Caller {
    stream: std::net::TcpStream,
    server: SocketAddr,
    key: Key,
    fresh: Fresh,
}

impl Caller {
    pub(crate) fn connect(server: SocketAddr, key: &Key) -> Result<Self> {
        demand_loopback(server)?;
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            server,
            key: key.clone(),
            fresh: Fresh::new(),
        })
    }

    /// The answer to a call; anything but 200 is an error.
    pub(crate) fn call(&mut self, call: &Call<'_>) -> Result<Value> {
        let mut bytes = Vec::new();
        Template::new(Scheme::Rpc, self.server, &self.key, call)?
            .write(&mut self.fresh, &mut bytes);
        self.stream.write_all(&bytes)?;
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                return Err(format!("{}: the server closed the connection", call.action).into());
            }
            answer.extend_from_slice(&piece[..count]);
            if let Some(head) = parse(&answer)?
                && answer.len() >= head.end
            {
                let body = &answer[head.body..];
                if head.status != 200 {
                    return Err(format!("{} {}", call.action, shown(head.status, body)).into());
                }
                return Ok(serde_json::from_slice(body)?);
            }
        }
    }

    pub(crate) fn ram(&mut self, action: &str, params: &[(&str, &str)]) -> Result<Value> {
        self.call(&Call {
            action,
            version: "2015-05-01",
            params,
        })
    }

    pub(crate) fn sts(&mut self, action: &str, params: &[(&str, &str)]) -> Result<Value> {
        self.call(&Call {
            action,
            version: "2015-04-01",
            params,
        })
    }
}
