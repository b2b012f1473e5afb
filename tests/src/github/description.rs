//! GitHub's description of its API, which `tests/action/setup` takes out of an npm package, and what it says
//! of a request or an answer.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::request::Request;
use crate::tools::tool_file;

/// The operations that the fake knows.
#[derive(Debug)]
pub(super) struct Description {
    operations: Vec<Operation>,
    /// An example of a repository.
    pub(super) repository: Value,
}

/// A method of a path.
#[derive(Debug)]
pub(super) struct Operation {
    /// The address of its page.
    pub(super) documentation: String,
    method: String,
    /// Of its path; those in braces are parameters.
    segments: Vec<String>,
    parameters: Vec<Parameter>,
    body: Option<Validator>,
    /// By their status.
    answers: BTreeMap<u16, Validator>,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    is_in_path: bool,
    is_integer: bool,
    schema: Validator,
}

/// What is to be said of a request.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) operation: Option<&'static Operation>,
    /// What is wrong with method, path and query.
    pub(super) of_address: Vec<String>,
    pub(super) of_body: Vec<String>,
}

/// The description, read once.
pub(super) fn description() -> &'static Description {
    static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::read);
    &DESCRIPTION
}

impl Description {
    fn read() -> Self {
        let path = tool_file("github/api.github.com.json");
        let text = std::fs::read(&path).unwrap();
        let mut whole: Value = serde_json::from_slice(&text).unwrap();
        let repository = &whole["paths"]["/repos/{owner}/{repo}"]["get"]["responses"]["200"];
        let repository = &repository["content"]["application/json"]["examples"];
        let repository = resolve(&whole, &repository["default-response"])["value"].clone();
        nullable_to_draft_4(&mut whole);
        let mut operations = Vec::new();
        for (path, methods) in whole["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                operations.push(Operation::read(&whole, path, method, operation));
            }
        }
        Self { operations, repository }
    }

    /// What the description says of a request.
    pub(super) fn judge(&'static self, request: &Request) -> Verdict {
        let path = request.segments();
        let of_path: Vec<&Operation> =
            self.operations.iter().filter(|operation| operation.is_at(&path)).collect();
        let mut verdict = Verdict {
            operation: of_path.iter().copied().find(|one| one.method == request.method),
            ..Verdict::default()
        };
        match verdict.operation {
            Some(operation) => operation.judge(request, &path, &mut verdict),
            None if of_path.is_empty() => {
                verdict.of_address.push("no path of the description that the fake has".to_owned());
            }
            None => {
                let methods: Vec<&str> = of_path.iter().map(|one| one.method.as_str()).collect();
                verdict.of_address.push(format!("the path has {} only", methods.join(", ")));
            }
        }
        verdict
    }
}

impl Operation {
    fn read(whole: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let validator = |schema: &Value| validator(whole, schema);
        let mut answers = BTreeMap::new();
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let schema = &resolve(whole, answer)["content"]["application/json"]["schema"];
            if !schema.is_null() {
                answers.insert(status.parse().unwrap(), validator(schema));
            }
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|parameter| {
            let parameter = resolve(whole, parameter);
            Parameter {
                name: parameter["name"].as_str().unwrap().to_owned(),
                is_in_path: parameter["in"] == "path",
                is_integer: parameter["schema"]["type"] == "integer",
                schema: validator(&parameter["schema"]),
            }
        });
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let mut body = body.clone();
        refuse_unknown_properties(&mut body);
        Self {
            documentation: operation["externalDocs"]["url"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            segments: path.split('/').skip(1).map(str::to_owned).collect(),
            parameters: parameters.collect(),
            body: (!body.is_null()).then(|| validator(&body)),
            answers,
        }
    }

    /// What is wrong with an answer; nothing where its status is not described.
    pub(super) fn judge_answer(&self, status: u16, body: &Value) -> Vec<String> {
        self.answers.get(&status).map(|schema| errors(schema, body)).unwrap_or_default()
    }

    fn is_at(&self, path: &[String]) -> bool {
        self.segments.len() == path.len()
            && self.segments.iter().zip(path).all(|(segment, given)| {
                segment == given || name_of_parameter(segment).is_some() && !given.is_empty()
            })
    }

    fn judge(&self, request: &Request, path: &[String], verdict: &mut Verdict) {
        let in_path = self.segments.iter().zip(path).filter_map(|(segment, given)| {
            Some((true, name_of_parameter(segment)?, given.as_str()))
        });
        let in_query =
            request.query.iter().map(|(name, value)| (false, name.as_str(), value.as_str()));
        for (is_in_path, name, value) in in_path.chain(in_query) {
            let mut known = self.parameters.iter();
            let known = known.find(|one| one.name == name && one.is_in_path == is_in_path);
            let problems = match known {
                Some(parameter) => parameter.judge(value),
                None => vec!["no such parameter".to_owned()],
            };
            let problems =
                problems.into_iter().map(|problem| format!("`{name}={value}`: {problem}"));
            verdict.of_address.extend(problems);
        }
        match (&self.body, &request.body) {
            (Some(_), _) if request.is_body_broken => {
                verdict.of_body.push("the body is not JSON".to_owned());
            }
            (Some(_), None) => verdict.of_body.push("there is no body".to_owned()),
            (Some(schema), Some(body)) => verdict.of_body.extend(errors(schema, body)),
            (None, _) => {}
        }
    }
}

impl Parameter {
    fn judge(&self, value: &str) -> Vec<String> {
        let value = match value.parse::<i64>() {
            Ok(number) if self.is_integer => Value::from(number),
            _ => Value::from(value),
        };
        errors(&self.schema, &value)
    }
}

fn name_of_parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// What a `$ref` refers to, or the value itself.
fn resolve<'a>(whole: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().map_or(value, |reference| {
        let pointer = reference.strip_prefix('#').unwrap();
        whole.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    })
}

/// A schema as OpenAPI 3.0 has it is one of JSON Schema's draft 4, but for `nullable`.
fn validator(whole: &Value, schema: &Value) -> Validator {
    let schema = json!({ "components": whole["components"], "allOf": [schema] });
    let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true);
    options.build(&schema).unwrap_or_else(|error| panic!("GitHub's description: {error}"))
}

/// Errors with their places, and without the values, which can be long.
fn errors(schema: &Validator, value: &Value) -> Vec<String> {
    let errors = schema.iter_errors(value);
    errors.map(|error| format!("{}: {}", error.instance_path(), error.masked())).collect()
}

/// Writes `nullable` as draft 4 has it, here and in all that is inside.
fn nullable_to_draft_4(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(nullable_to_draft_4),
        Value::Object(fields) => {
            fields.values_mut().for_each(nullable_to_draft_4);
            // A property may have the name `nullable`; the keyword is never anything but a truth value.
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                fields.remove("nullable");
                let alone = std::mem::take(fields);
                fields
                    .insert("anyOf".to_owned(), json!([Value::Object(alone), { "type": "null" }]));
            }
        }
        _ => {}
    }
}

/// The service ignores a property that it does not know; a misspelt one is a mistake all the same.
fn refuse_unknown_properties(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(refuse_unknown_properties);
        set_default(fields, "additionalProperties", Value::Bool(false));
    }
    if let Some(items) = fields.get_mut("items") {
        refuse_unknown_properties(items);
    }
}

fn set_default(fields: &mut Map<String, Value>, key: &str, value: Value) {
    fields.entry(key).or_insert(value);
}
