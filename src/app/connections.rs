//! How many connections there are, in all and per peer, and how long one may be silent.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tower::Service;

use crate::config::{Listener, parse_network};
use crate::iam::caller;

/// The bounds on connections, and what counts against them.
pub(super) struct Connections {
    most: usize,
    most_per_peer: usize,
    trusted: Vec<(IpAddr, u8)>,
    idle: Duration,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    total: usize,
    by_peer: HashMap<IpAddr, usize>,
}

impl Connections {
    pub(super) fn new(settings: &Listener) -> Arc<Self> {
        Arc::new(Self {
            most: settings.max_connections,
            most_per_peer: settings.max_connections_per_peer,
            // Each was parsed when the settings were validated.
            trusted: settings
                .trusted_proxies
                .iter()
                .filter_map(|text| parse_network(text))
                .collect(),
            idle: Duration::from_secs(settings.idle_timeout_seconds),
            open: Mutex::default(),
        })
    }

    /// Counts one more connection of that peer, or says which bound is in the way.
    fn admit(self: &Arc<Self>, peer: IpAddr) -> Result<Permit, &'static str> {
        let peer = caller::peer(peer);
        let trusted = self.trusted.iter().any(|network| contains(network, peer));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= self.most {
            return Err("total");
        }
        let of_peer = open.by_peer.entry(peer).or_default();
        if *of_peer >= self.most_per_peer && !trusted {
            return Err("peer");
        }
        *of_peer += 1;
        open.total += 1;
        drop(open);
        metrics::gauge!("rampart_connections").increment(1.0);
        Ok(Permit {
            connections: Arc::clone(self),
            peer,
        })
    }

    fn leave(&self, peer: IpAddr) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.by_peer.get_mut(&peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_peer.remove(&peer);
            }
        }
        drop(open);
        metrics::gauge!("rampart_connections").decrement(1.0);
    }
}

fn contains((network, prefix): &(IpAddr, u8), address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let ((network, width), (address, address_width)) = (bits(*network), bits(address));
    // Peers are counted by their 64 bits, so no more of a network is compared.
    let prefix = if width == 128 {
        (*prefix).min(64)
    } else {
        *prefix
    };
    let mask = u128::MAX
        .checked_shl(128 - u32::from(prefix))
        .unwrap_or_default();
    width == address_width && (network ^ address) & mask == 0
}

/// One connection's place; it is free again when this is dropped.
struct Permit {
    connections: Arc<Connections>,
    peer: IpAddr,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.connections.leave(self.peer);
    }
}

/// Whether anything happens on a connection that deserves to keep it: requests that are whole, and
/// bytes that the client takes. What it merely sends keeps nothing open.
#[derive(Default)]
pub(super) struct Life {
    /// Since the last look.
    showed: AtomicBool,
    in_flight: AtomicUsize,
}

impl Life {
    /// Notes that a request's head has come whole. It is in flight until what is given is dropped.
    pub(super) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.show();
        InFlight(self)
    }

    fn show(&self) {
        self.showed.store(true, Ordering::Relaxed);
    }

    /// Whether there was any since the last look.
    fn look(&self) -> bool {
        self.showed.swap(false, Ordering::Relaxed) || self.in_flight.load(Ordering::Relaxed) > 0
    }
}

/// A request in flight.
pub(super) struct InFlight<'a>(&'a Life);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What answers the requests of one connection, and the life that it notes.
#[derive(Clone)]
pub(super) struct Living<S> {
    pub(super) service: S,
    pub(super) life: Arc<Life>,
}

impl<S: Service<R>, R> Service<R> for Living<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.service.call(request)
    }
}

/// Accepts connections within the bounds; one beyond is closed without a word.
#[derive(Clone)]
pub(super) struct Bounded(pub(super) Arc<Connections>);

impl<S> Accept<TcpStream, Living<S>> for Bounded {
    type Stream = BoundedStream;
    type Service = S;
    type Future = std::future::Ready<io::Result<(BoundedStream, S)>>;

    fn accept(&self, stream: TcpStream, living: Living<S>) -> Self::Future {
        let admitted = stream.peer_addr().and_then(|peer| {
            // Answers are small: none may wait for the acknowledgement of the one before.
            stream.set_nodelay(true)?;
            self.0.admit(peer.ip()).map_err(|bound| {
                metrics::counter!("rampart_connections_refused_total", "bound" => bound)
                    .increment(1);
                io::Error::from(io::ErrorKind::QuotaExceeded)
            })
        });
        std::future::ready(admitted.map(|permit| {
            let idle = permit.connections.idle;
            let stream = BoundedStream {
                stream,
                idle,
                life: living.life,
                deadline: Box::pin(tokio::time::sleep(idle)),
                waker: None,
                _permit: permit,
            };
            (stream, living.service)
        }))
    }
}

/// A connection that fails when it shows no [`Life`] for one to two times the bound.
///
/// One timer for all that a client can be slow in: a head, the bytes before the protocol is known,
/// HTTP/2 without requests, answers that nobody reads. It is set anew when it has run out, not by
/// each request; a body that is slow to come has a bound of its own.
pub(super) struct BoundedStream {
    stream: TcpStream,
    idle: Duration,
    life: Arc<Life>,
    deadline: Pin<Box<Sleep>>,
    /// Whom the deadline wakes.
    waker: Option<Waker>,
    _permit: Permit,
}

impl BoundedStream {
    /// What a write came to. Bytes that were taken are a sign of life.
    fn wrote(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.life.show();
            return outcome;
        }
        self.wait(context)
    }

    /// Nothing can be read or written now: the time runs.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        // Once it is set there is nothing to do but to see that it has not run out.
        let is_set = |waker: &Waker| waker.will_wake(context.waker());
        if self.waker.as_ref().is_some_and(is_set) && !self.deadline.is_elapsed() {
            return Poll::Pending;
        }
        while self.deadline.as_mut().poll(context).is_ready() {
            if !self.life.look() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.deadline.as_mut().reset(Instant::now() + self.idle);
        }
        self.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl AsyncRead for BoundedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.wait(context),
            ready @ Poll::Ready(_) => ready,
        }
    }
}

impl AsyncWrite for BoundedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn bounds(most: usize, per_peer: usize, trusted: &[&str]) -> Arc<Connections> {
        let mut settings = Settings::for_tests().unwrap().listener;
        settings.max_connections = most;
        settings.max_connections_per_peer = per_peer;
        settings.trusted_proxies = trusted.iter().map(ToString::to_string).collect();
        Connections::new(&settings)
    }

    #[test]
    fn t13_connections_are_bounded_per_peer_and_in_all() {
        let connections = bounds(3, 2, &["10.0.0.0/8"]);
        let admit = |text: &str| connections.admit(text.parse().unwrap());
        let first = admit("192.0.2.1").ok().unwrap();
        let _second = admit("::ffff:192.0.2.1").ok().unwrap();
        assert_eq!(admit("192.0.2.1").err(), Some("peer"));
        drop(first);
        let _third = admit("192.0.2.1").ok().unwrap();
        let _fourth = admit("192.0.2.2").ok().unwrap();
        assert_eq!(admit("192.0.2.3").err(), Some("total"));
    }

    #[test]
    fn trusted_proxies_are_bounded_in_all_only() {
        let connections = bounds(9, 1, &["10.0.0.0/8", "2001:db8::1"]);
        let admit = |text: &str| connections.admit(text.parse().unwrap()).ok();
        let _held = [admit("10.1.2.3"), admit("10.1.2.3"), admit("2001:db8::1")];
        assert!(admit("10.1.2.3").is_some());
        assert!(admit("2001:db8::1").is_some());
        let _held = admit("2001:db8:1::1");
        assert!(
            admit("2001:db8:1::2").is_none(),
            "one IPv6 network is one peer"
        );
    }
}
