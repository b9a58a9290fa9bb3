//! The logs over HTTP as C2SP tlog-tiles has them: checkpoint, tiles and entry bundles, nothing else, and without a token.
//!
//! `GET /{log}/checkpoint`, `/{log}/tile/{L}/{N}[.p/{W}]`, `/{log}/tile/entries/{N}[.p/{W}]`, where `{log}` is `workspaces/{w}` or `logs`.
//! Whoever reaches the port reads every leaf: pseudonyms, kinds, subjects, times and digests, never a content. `path` says what a path
//! asks for, `resource` reads it, `http` answers. Nothing is served that no checkpoint covers yet.

mod http;
mod path;
mod resource;

pub(crate) use http::routes;
pub(crate) use resource::TileSource;
