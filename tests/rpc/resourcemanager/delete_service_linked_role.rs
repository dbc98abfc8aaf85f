//! `DeleteServiceLinkedRole`.

use rampart::ops::declare::Product;

use crate::linked_roles::delete::delete_tests;

delete_tests!(Product::ResourceManager);
