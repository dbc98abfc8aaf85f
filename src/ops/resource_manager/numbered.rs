//! Pages by number.

use serde::Serialize;

use crate::ops::values::{PageNumber, PageSize};
use crate::store::Stretch;

/// What every numbered list tells of its page.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Numbered {
    page_number: u32,
    page_size: u32,
    total_count: u32,
}

impl Numbered {
    /// The page that was asked for, of a list whose length is not known yet.
    pub(super) fn new(number: Option<PageNumber>, size: Option<PageSize>) -> Self {
        Self {
            page_number: number.unwrap_or_default().0,
            page_size: size.unwrap_or_default().0,
            total_count: 0,
        }
    }

    /// The same, of a list of that length.
    pub(super) const fn of(self, total_count: u32) -> Self {
        Self {
            total_count,
            ..self
        }
    }

    /// The part of the list that is on the page.
    pub(super) const fn stretch(self) -> Stretch {
        Stretch {
            // No list is as long as the largest number.
            skip: (self.page_number - 1).saturating_mul(self.page_size),
            limit: self.page_size,
        }
    }

    /// Cuts the page out of a list that was read whole.
    pub(super) fn cut<T>(self, all: Vec<T>) -> Vec<T> {
        let Stretch { skip, limit } = self.stretch();
        let places = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        all.into_iter()
            .skip(places(skip))
            .take(places(limit))
            .collect()
    }
}
