//! `CreateServiceLinkedRole`.

use rampart::ops::declare::Product;

use crate::linked_roles::create::create_tests;

create_tests!(Product::ResourceManager);
