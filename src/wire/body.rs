//! Reading a body: bounded in size and in time.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Bytes;

use crate::wire::Api;
use crate::wire::error::Fault;

impl Api {
    /// Reads the whole body. One whose length is announced beyond the limit is refused unread.
    pub(super) async fn read_body(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Fault> {
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
}
