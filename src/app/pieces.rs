//! A body in pieces. The HTTP library copies each behind the head of its answer, into memory that a
//! connection keeps: of an answer in one piece it would keep as much as its largest was long.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The longest piece, in bytes. Most answers are one.
const LONGEST: usize = 16 * 1024;

/// Hands on a body piece by piece.
#[derive(Debug)]
pub(super) struct Pieces<B> {
    body: B,
    /// What is left of what the body gave last.
    rest: Bytes,
}

impl<B> Pieces<B> {
    pub(super) fn new(body: B) -> Self {
        Self {
            body,
            rest: Bytes::new(),
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Pieces<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            match frame.into_data() {
                Ok(data) if data.len() > LONGEST => self.rest = data,
                Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let length = self.rest.len().min(LONGEST);
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower() + rest);
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Full};

    use super::*;

    #[tokio::test]
    async fn a_body_comes_in_pieces_and_whole() {
        for length in [0, 1, LONGEST, LONGEST + 1, 3 * LONGEST, 100_000] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut pieces = Pieces::new(Full::new(Bytes::from(bytes.clone())));
            let mut got = Vec::new();
            while !pieces.is_end_stream() {
                let left = (length - got.len()) as u64;
                assert_eq!(pieces.size_hint().exact(), Some(left), "{length}");
                let piece = pieces.frame().await.unwrap().unwrap().into_data().unwrap();
                assert!(!piece.is_empty() && piece.len() <= LONGEST, "{length}");
                got.extend_from_slice(&piece);
            }
            assert!(pieces.frame().await.is_none());
            assert_eq!(got, bytes);
        }
    }
}
