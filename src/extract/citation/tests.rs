use super::*;
use crate::source::Limits;
