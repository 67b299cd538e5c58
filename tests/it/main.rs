//! The one integration binary: each further one would link a whole Python VM again.

mod support;

mod gauntlet;
mod hook;
mod loading;
mod scripts;
mod wrong;
