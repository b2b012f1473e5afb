//! The texts of a crate while it is walked: its files, and what macros make.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use super::macros::Call;
use super::model::{ExportedMacro, Path, Spot, TypeText};
use super::modules::{self, MAX_MODULE_DEPTH, ModuleDirectory, RealDirectories};
use super::tokens::{Piece, Tokens, offset};
use super::walk::{Context, Region, Walker};
use crate::cfg::Truth;
use crate::import::Origin;
use crate::source::model::ScopeId;

/// A text's place in [`Texts`].
pub(super) type FileId = usize;

/// All texts of a crate.
#[derive(Debug, Default)]
pub(super) struct Texts {
    list: Vec<Text>,
    directories: RealDirectories,
    /// Where each path stands in [`super::model::CrateSource::paths`].
    path_ids: HashMap<Path, u32>,
    /// The files that are no package's, each with the `include!` that stands for its places.
    generated: HashMap<FileId, (FileId, usize)>,
    /// The `include!` that brings in the generated file which is to be loaded.
    pub(super) generated_by: Option<(FileId, usize)>,
}

/// A text that was read.
#[derive(Debug)]
struct Text {
    tokens: Arc<Tokens>,
    origin: Origins,
    /// Its place in [`super::model::CrateSource::files`].
    name: u32,
    /// The text that brought it in.
    from: Option<FileId>,
    /// The file on disk.
    path: Arc<PathBuf>,
}

/// Where the tokens of a text were written.
#[derive(Debug)]
enum Origins {
    /// Here: it is a file.
    Here,
    /// It is the expansion of a macro: each token comes from a token of a file.
    Tokens(Vec<(FileId, usize)>),
    /// It is another crate's macro: all tokens stand for the one that calls it.
    Call(FileId, usize),
}

impl Texts {
    /// Whether one of them is a file that a build made.
    pub(super) fn has_generated(&self) -> bool {
        !self.generated.is_empty()
    }
}

impl Walker<'_> {
    /// The tokens of `file`.
    pub(super) fn tokens(&self, file: FileId) -> &Tokens {
        &self.texts.list[file].tokens
    }

    /// Where a token was written: for one of an expansion, where the token was that it came from.
    pub(super) fn spot(&self, file: FileId, token: usize) -> Spot {
        let (file, token) = self.written(file, token);
        let text = &self.texts.list[file];
        let (line, column) = text.tokens.position(token);
        let length = text.tokens.text(token).chars().count().max(1);
        let (line, column, length) = (offset(line), offset(column), offset(length));
        Spot { file: text.name, line, column, length }
    }

    /// The file and the line where a token was written.
    pub(super) fn line(&self, file: FileId, token: usize) -> (u32, u32) {
        let (file, token) = self.written(file, token);
        let text = &self.texts.list[file];
        (text.name, offset(text.tokens.line(token)))
    }

    fn written(&self, mut file: FileId, mut token: usize) -> (FileId, usize) {
        // What a text comes from was read before it, so that this ends.
        loop {
            let from = match &self.texts.list[file].origin {
                Origins::Here => None,
                Origins::Tokens(tokens) => tokens.get(token).copied(),
                Origins::Call(file, token) => Some((*file, *token)),
            };
            match from {
                Some(from) => (file, token) = from,
                None => return (file, token),
            }
        }
    }

    /// Copies tokens of `region`'s text to those that are kept.
    pub(super) fn kept(&mut self, region: &Region, range: Range<usize>) -> TypeText {
        let tokens = &self.texts.list[region.file].tokens;
        TypeText { scope: region.scope, range: self.source.text.append(tokens, range) }
    }

    /// The place of `path` among the crate's.
    pub(super) fn path_id(&mut self, path: Path) -> u32 {
        if let Some(known) = self.texts.path_ids.get(&path) {
            return *known;
        }
        let id = offset(self.source.paths.len());
        self.source.paths.push(path.clone());
        self.texts.path_ids.insert(path, id);
        id
    }

    /// Reads a file as the items of `scope`.
    pub(super) fn load(
        &mut self,
        path: &FilePath,
        directory: ModuleDirectory,
        scope: ScopeId,
        truth: Truth,
        from: Option<FileId>,
    ) {
        if let Some(message) = self.chain_fault(path, from) {
            self.problem(path, message);
            return;
        }
        match modules::read(path, self.roots, &mut self.texts.directories) {
            Ok(tokens) => {
                let range = 0..tokens.len();
                let file = self.texts.list.len();
                let call = self.texts.generated_by.or_else(|| self.generating_call(from));
                let (name, origin) = if let Some((caller, token)) = call {
                    self.texts.generated.insert(file, (caller, token));
                    (self.texts.list[caller].name, Origins::Call(caller, token))
                } else {
                    let name = modules::relative_name(path, &self.package.directory);
                    self.source.files.push(name);
                    (offset(self.source.files.len() - 1), Origins::Here)
                };
                let path = Arc::new(path.to_path_buf());
                self.texts.list.push(Text { tokens: Arc::new(tokens), origin, name, from, path });
                self.pending.push(Region {
                    file,
                    range,
                    scope,
                    carrier: None,
                    truth,
                    context: Context::Items,
                    origin: Origin::Source,
                    is_guessed: false,
                    directory: std::rc::Rc::new(directory),
                });
            }
            Err(problem) => self.problem(path, problem.message),
        }
    }

    /// The `include!` that stands for the places of `file`, where that is generated or expanded from what
    /// is: the modules of a generated file are generated too.
    fn generating_call(&self, file: Option<FileId>) -> Option<(FileId, usize)> {
        let mut at = file;
        while let Some(file) = at {
            if let Some(call) = self.texts.generated.get(&file) {
                return Some(*call);
            }
            let text = &self.texts.list[file];
            let is_expansion = !matches!(text.origin, Origins::Here);
            at = text.from.filter(|_| is_expansion);
        }
        None
    }

    /// Whether the chain of files that led to `path` is too long or already holds it.
    fn chain_fault(&self, path: &FilePath, from: Option<FileId>) -> Option<String> {
        let mut at = from;
        let mut depth = 0;
        while let Some(file) = at {
            let text = &self.texts.list[file];
            if *text.path == path {
                return Some("includes itself: rustc refuses such a module".to_owned());
            }
            depth += 1;
            if depth > MAX_MODULE_DEPTH {
                return Some(format!("lies more than {MAX_MODULE_DEPTH} modules deep"));
            }
            at = text.from;
        }
        None
    }

    /// Adds the expansion of a macro as a text, called for by token `call` of `from`; `None` where its
    /// groups do not close.
    pub(super) fn assemble(
        &mut self,
        from: FileId,
        call: usize,
        pieces: &[Piece],
    ) -> Option<FileId> {
        let Some(tokens) = Tokens::assemble(pieces, |file| &*self.texts.list[file].tokens) else {
            self.opaque(from, call, "the expansion of this macro has unclosed groups".to_owned());
            return None;
        };
        let origins = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Token { file, index } | Piece::Made { file, index, .. } => (*file, *index),
            })
            .collect();
        Some(self.add_made(from, Arc::new(tokens), Origins::Tokens(origins)))
    }

    /// Adds the text of another crate's macro as a text, all of whose tokens stand for the call that needs
    /// it: a place in another package would say little about this one.
    pub(super) fn adopt(&mut self, foreign: &ExportedMacro, from: FileId, call: usize) -> FileId {
        self.add_made(from, Arc::clone(&foreign.body), Origins::Call(from, call))
    }

    /// Puts Rust text that a call makes on the list, in a scope of its own: nothing of it can be named.
    pub(super) fn push_made(&mut self, call: &Call, tokens: Tokens) {
        let from = call.region.file;
        let range = 0..tokens.len();
        let origin = Origins::Call(from, call.name_token);
        let file = self.add_made(from, Arc::new(tokens), origin);
        let scope = self.new_scope(call.region.scope, false);
        let (context, origin) = (Context::Items, Origin::Macro);
        self.pending.push(Region { file, range, scope, context, origin, ..call.region.clone() });
    }

    fn add_made(&mut self, from: FileId, tokens: Arc<Tokens>, origin: Origins) -> FileId {
        let Text { name, ref path, .. } = self.texts.list[from];
        let path = Arc::clone(path);
        self.texts.list.push(Text { tokens, origin, name, from: Some(from), path });
        self.texts.list.len() - 1
    }

    /// How many expansions lie around the text of `file`.
    pub(super) fn expansion_depth(&self, file: FileId) -> usize {
        let mut depth = 0;
        let mut at = Some(file);
        while let Some(text) = at.map(|file| &self.texts.list[file]) {
            if matches!(text.origin, Origins::Here) {
                break;
            }
            depth += 1;
            at = text.from;
        }
        depth
    }

    /// The path of `file` on disk.
    pub(super) fn path_of(&self, file: FileId) -> &FilePath {
        &self.texts.list[file].path
    }
}
