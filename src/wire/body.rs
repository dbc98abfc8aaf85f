//! Reading a body, or reading on where it is not wanted: bounded in size and in time.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};

use crate::wire::Api;
use crate::wire::error::Fault;

/// How much of a body that is not wanted is read, in bytes. The vendor's limit is 10 MB.
const MOST_UNWANTED: usize = 16 << 20;

impl Api {
    /// Reads the whole body. One whose length is announced beyond the limit is refused unread.
    pub(super) async fn read_body(
        &self,
        headers: &HeaderMap,
        body: &mut Body,
    ) -> Result<Bytes, Fault> {
        let limit = self.max_body_bytes;
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<u64>().ok());
        if announced
            .is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
        {
            return Err(Fault::BodyTooLarge(limit));
        }
        let collect = Limited::new(body, limit).collect();
        match tokio::time::timeout(self.body_timeout, collect).await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Fault::BodyTooLarge(limit)),
            Ok(Err(_)) => Err(Fault::BodyBroken),
            Err(_) => Err(Fault::BodyTooSlow),
        }
    }

    /// Reads on, beside the answer, what is left of the body of a refused call, and drops it. Many
    /// clients write all before they read: to one of those a connection that is closed while it writes
    /// has no answer.
    pub(super) fn read_on(&self, headers: &HeaderMap, body: Body, fault: &Fault) {
        // Who waits to be told to go on is not, unless its beginning was read; and who was too slow has
        // had his time.
        let begun =
            matches!(fault, Fault::BodyTooLarge(_)) && !headers.contains_key(CONTENT_LENGTH);
        let waits = headers.contains_key(EXPECT) && !begun;
        if !waits && !matches!(fault, Fault::BodyTooSlow) && !body.is_end_stream() {
            tokio::spawn(drop_what_comes(body, self.body_timeout));
        }
    }
}

async fn drop_what_comes(mut body: Body, patience: Duration) {
    let reading = async {
        let mut left = MOST_UNWANTED;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    // However it ends, the connection goes on or is closed by what was read.
    let _ = tokio::time::timeout(patience, reading).await;
}
