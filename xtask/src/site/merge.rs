//! Several chunks of the page as one module. The cutter's chunks have the same types, no tables, memories
//! and globals of their own, import at most those of the page, and call each other by its function table;
//! so only their functions get new numbers, and what is called by the table can be called at once when it
//! has come into the same module.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, FunctionSection, ImportSection,
    Module, RawSection, SectionId,
};
use wasmparser::{
    Data, Element, ElementItems, ElementKind, FunctionBody, Import, Operator, Parser, Payload,
    TypeRef,
};

/// What of a chunk goes into the module.
#[derive(Default)]
struct Chunk<'a> {
    types: Option<&'a [u8]>,
    imports: Vec<Import<'a>>,
    /// The type of each function.
    functions: Vec<u32>,
    elements: Vec<Element<'a>>,
    bodies: Vec<FunctionBody<'a>>,
    data: Vec<Data<'a>>,
}

/// How many bytes of a chunk are its own: code and data.
pub(super) fn size(chunk: &[u8]) -> Result<usize> {
    let chunk = read(chunk)?;
    let code = chunk.bodies.iter().map(|body| body.range());
    let data = chunk.data.iter().map(|data| data.range.clone());
    let bytes: u64 = code.chain(data).map(|range| range.end - range.start).sum();
    Ok(bytes as usize)
}

/// One module that does what `chunks` do, from the first to the last.
pub(super) fn merge(chunks: &[Vec<u8>]) -> Result<Vec<u8>> {
    let chunks: Vec<_> = chunks
        .iter()
        .map(|bytes| read(bytes))
        .collect::<Result<_>>()?;
    let types = chunks.first().context("no chunks")?.types;
    ensure!(
        chunks.iter().all(|chunk| chunk.types == types),
        "the chunks' types differ"
    );
    let mut numbers = Vec::new();
    let (mut begin, mut table) = (0, BTreeMap::new());
    for chunk in &chunks {
        numbers.push(Numbers {
            begin,
            direct: BTreeMap::new(),
        });
        for (place, function) in chunk.in_table()? {
            table.insert(place, begin + function);
        }
        begin += chunk.functions.len() as u32;
    }
    for (chunk, numbers) in chunks.iter().zip(&mut numbers) {
        for (function, body) in chunk.bodies.iter().enumerate() {
            let Some((place, of_type)) = called_by_table(body)? else {
                continue;
            };
            if let Some(there) = table.get(&place)
                && chunk.functions.get(function) == Some(&of_type)
            {
                numbers.direct.insert(function as u32, *there);
            }
        }
    }
    let mut imports = ImportSection::new();
    for import in imported(&chunks)? {
        imports.import(
            import.module,
            import.name,
            reencode::RoundtripReencoder.entity_type(import.ty)?,
        );
    }
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    let (mut elements, mut data) = (ElementSection::new(), DataSection::new());
    for (chunk, numbers) in chunks.into_iter().zip(&mut numbers) {
        for of_type in chunk.functions {
            functions.function(of_type);
        }
        for element in chunk.elements {
            numbers.parse_element(&mut elements, element)?;
        }
        for body in chunk.bodies {
            numbers.parse_function_body(&mut code, body)?;
        }
        for datum in chunk.data {
            numbers.parse_data(&mut data, datum)?;
        }
    }
    let mut module = Module::new();
    if let Some(data) = types {
        let id = SectionId::Type as u8;
        module.section(&RawSection { id, data });
    }
    module
        .section(&imports)
        .section(&functions)
        .section(&elements)
        .section(&DataCountSection { count: data.len() })
        .section(&code)
        .section(&data);
    Ok(module.finish())
}

fn read(bytes: &[u8]) -> Result<Chunk<'_>> {
    let mut chunk = Chunk::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::TypeSection(section) => chunk.types = Some(within(bytes, section.range())),
            Payload::ImportSection(section) => {
                chunk.imports = section.into_imports().collect::<Result<_, _>>()?;
            }
            Payload::FunctionSection(section) => {
                chunk.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::ElementSection(section) => {
                chunk.elements = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => chunk.bodies.push(body),
            Payload::DataSection(section) => {
                chunk.data = section.into_iter().collect::<Result<_, _>>()?;
            }
            // Names and the like.
            Payload::CustomSection(_) => {}
            Payload::Version { .. }
            | Payload::DataCountSection { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::End(_) => {}
            Payload::ExportSection(section) if section.count() == 0 => {}
            other => bail!("a chunk with what no chunk had: {other:?}"),
        }
    }
    Ok(chunk)
}

impl Chunk<'_> {
    /// Which of its functions lie where in the table.
    fn in_table(&self) -> Result<Vec<(i32, u32)>> {
        let mut all = Vec::new();
        for element in &self.elements {
            let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
                (&element.kind, &element.items)
            else {
                bail!("elements that are not functions at a place in the table");
            };
            let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                bail!("a place in the table that is not a number");
            };
            for (place, function) in (value..).zip(functions.clone()) {
                all.push((place, function?));
            }
        }
        Ok(all)
    }
}

/// What all chunks import, each once: of each kind at most one, which then has the number 0 in all.
fn imported<'a>(chunks: &[Chunk<'a>]) -> Result<Vec<Import<'a>>> {
    let mut all = BTreeMap::new();
    for import in chunks.iter().flat_map(|chunk| &chunk.imports) {
        let kind = match import.ty {
            TypeRef::Memory(_) => "memory",
            TypeRef::Table(_) => "table",
            TypeRef::Global(_) => "global",
            other => bail!("a chunk that imports {other:?}"),
        };
        let first = all.entry(kind).or_insert(*import);
        ensure!(
            first == import,
            "two imports of a kind: {first:?}, {import:?}"
        );
    }
    Ok(all.into_values().collect())
}

/// The place in the table to which a function hands all that it is given, if it does nothing else, and the
/// type that it calls there.
fn called_by_table(body: &FunctionBody) -> Result<Option<(i32, u32)>> {
    if body.get_locals_reader()?.get_count() > 0 {
        return Ok(None);
    }
    let (mut given, mut place, mut called) = (0, None, None);
    for operator in body.get_operators_reader()? {
        match (operator?, place, called) {
            (Operator::LocalGet { local_index }, None, None) if local_index == given => given += 1,
            (Operator::I32Const { value }, None, None) => place = Some(value),
            (Operator::CallIndirect { type_index, .. }, Some(place), None) => {
                called = Some((place, type_index));
            }
            (Operator::End, ..) => {}
            _ => return Ok(None),
        }
    }
    Ok(called)
}

/// The new numbers of a chunk's functions.
struct Numbers {
    begin: u32,
    /// What is called instead of a function that only calls it by the table.
    direct: BTreeMap<u32, u32>,
}

impl Reencode for Numbers {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let direct = self.direct.get(&function).copied();
        Ok(direct.unwrap_or(self.begin + function))
    }
}

/// The part of a file that a section holds.
fn within(bytes: &[u8], range: Range<u64>) -> &[u8] {
    &bytes[range.start as usize..range.end as usize]
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        ConstExpr, ElementMode, ElementSegment, Elements, EntityType, Function, MemoryType,
        RefType, TableType, TypeSection, ValType,
    };

    use super::*;

    /// A chunk as the cutter makes them, with two functions: one gives `own`, the other calls what lies at
    /// `calls` in the table. The first lies at `own`.
    fn chunk(own: i32, calls: i32) -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], [ValType::I32]);
        let table = TableType {
            element_type: RefType::FUNCREF,
            minimum: 9,
            maximum: None,
            table64: false,
            shared: false,
        };
        imports.import("__wasm_split", "table", EntityType::Table(table));
        if own == 2 {
            let memory = MemoryType {
                minimum: 1,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            };
            imports.import("__wasm_split", "memory", EntityType::Memory(memory));
        }
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut elements = ElementSection::new();
        elements.segment(ElementSegment {
            mode: ElementMode::Active {
                table: None,
                offset: &ConstExpr::i32_const(own),
            },
            elements: Elements::Functions([0].as_slice().into()),
        });
        let (mut code, mut data) = (CodeSection::new(), DataSection::new());
        let mut gives = Function::new([]);
        gives.instructions().i32_const(own).call(1).i32_add().end();
        let mut hands = Function::new([]);
        hands
            .instructions()
            .i32_const(calls)
            .call_indirect(0, 0)
            .end();
        code.function(&gives).function(&hands);
        if own == 2 {
            data.active(0, &ConstExpr::i32_const(64), [7, 8]);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&elements).section(&code).section(&data);
        module.finish()
    }

    fn calls(bytes: &[u8]) -> Vec<Vec<u32>> {
        let called = |body: &FunctionBody| {
            let operators = body.get_operators_reader().unwrap().into_iter();
            let calls = operators.filter_map(|operator| match operator.unwrap() {
                Operator::Call { function_index } => Some(function_index),
                _ => None,
            });
            calls.collect()
        };
        read(bytes).unwrap().bodies.iter().map(called).collect()
    }

    #[test]
    fn what_has_come_into_the_same_module_is_called_at_once() {
        // The first calls the second's; the second calls what lies elsewhere.
        let merged = merge(&[chunk(2, 3), chunk(3, 5)]).unwrap();
        wasmparser::validate(&merged).unwrap();
        assert_eq!(calls(&merged), [vec![2], vec![], vec![3], vec![]]);
        let whole = read(&merged).unwrap();
        assert_eq!(whole.in_table().unwrap(), [(2, 0), (3, 2)]);
        assert_eq!((whole.imports.len(), whole.data.len()), (2, 1));
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let other = wasm_encoder::Module::new().finish();
        assert!(merge(&[chunk(2, 3), other]).is_err(), "other types");
        assert!(merge(&[b"no wasm".to_vec()]).is_err());
        assert!(merge(&[]).is_err());
    }
}
