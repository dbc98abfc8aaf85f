//! Keyset paging with a marker.

use crate::ops::values::{Marker, MaxItems};
use crate::store::Page;

/// One page of a list. One entry more than it shows is read, to know whether there are more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paged<'a> {
    after: Option<&'a str>,
    items: u32,
}

impl<'a> Paged<'a> {
    /// From the parameters.
    pub(super) fn new(marker: Option<&'a Marker>, max_items: Option<MaxItems>) -> Self {
        Self {
            after: marker.map(|marker| marker.0.as_str()),
            items: max_items.map_or(MaxItems::DEFAULT, |items| items.0),
        }
    }

    /// What to ask the store for.
    pub(super) fn page(self) -> Page<'a> {
        Page {
            after: self.after,
            limit: self.items + 1,
        }
    }

    /// Cuts what was read to the page, with the marker where there are more.
    pub(super) fn cut<T>(
        self,
        mut read: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let items = usize::try_from(self.items).unwrap_or(usize::MAX);
        if read.len() <= items {
            return (read, None);
        }
        read.truncate(items);
        let marker = read.last().map(|last| Marker::after(&key(last)));
        (read, marker)
    }
}
