//! `/api`: the description of the API as a page to read, made from the same `openapi.json`.

use axum::{
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};
use serde_json::Value;
use utoipa::OpenApi as _;

use crate::web::{
    openapi::Api,
    shell::{Page, Visit, respond},
};

/// `/api`
pub async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let lang = visit.lang;
    let description = serde_json::to_value(Api::openapi()).unwrap_or_default();
    let none = serde_json::Map::new();
    let paths = description["paths"].as_object().unwrap_or(&none);
    let schemas = description["components"]["schemas"].as_object().unwrap_or(&none);
    let body = html! {
        h1 { (lang.word("about.api")) }
        p lang="en" { (text(&description["info"]["description"])) }
        p { a href="/api/v1/openapi.json" { "openapi.json" } }
        div lang="en" {
            @for (path, methods) in paths {
                @for (method, operation) in methods.as_object().unwrap_or(&none) {
                    (operation_section(path, method, operation))
                }
            }
            h2 #schemas { "Schemas" }
            @for (name, schema) in schemas { (schema_section(name, schema)) }
        }
    };
    let title = lang.word("about.api").to_owned();
    respond(
        &visit,
        Page { title, place: "", query: Some(String::new()), body, status: StatusCode::OK },
    )
}

fn operation_section(path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = list(&operation["parameters"]);
    html! {
        section.operation {
            h2 { code { (method.to_uppercase()) " " (path) } }
            p { (text(&operation["summary"])) }
            @if let Some(more) = operation["description"].as_str() { p { (more) } }
            @if !parameters.is_empty() {
                table {
                    thead { tr { th scope="col" { "Parameter" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                td { code { (text(&parameter["name"])) } @if parameter["required"] == true { " *" } }
                                td { (kind_of(&parameter["schema"])) }
                                td { (text(&parameter["description"])) }
                            }
                        }
                    }
                }
            }
            @for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                p { "Body: " code { (kind) } " " (kind_of(&content["schema"])) }
            }
            table {
                thead { tr { th scope="col" { "Status" } th scope="col" { "Answer" } th scope="col" { "Meaning" } } }
                tbody {
                    @for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                        tr {
                            td.num { (status) }
                            td { @for (kind, content) in answer["content"].as_object().into_iter().flatten() {
                                code { (kind) } " " (kind_of(&content["schema"])) " "
                            } }
                            td { (text(&answer["description"])) }
                        }
                    }
                }
            }
        }
    }
}

fn schema_section(name: &str, schema: &Value) -> Markup {
    let required = list(&schema["required"]);
    html! {
        section {
            h3 id={ "schema-" (name) } { code { (name) } }
            p { (text(&schema["description"])) }
            @for part in std::iter::once(schema).chain(list(&schema["allOf"])) {
                @if part.get("$ref").is_some() { p { "all of " (kind_of(part)) } }
                @if let Some(properties) = part["properties"].as_object() {
                    table {
                        thead { tr { th scope="col" { "Property" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                        tbody {
                            @for (property, schema) in properties {
                                tr {
                                    td { code { (property) } @if required.iter().any(|one| one == property) { " *" } }
                                    td { (kind_of(schema)) }
                                    td { (text(&schema["description"])) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The type of a schema in a few words, with a link to a named one.
fn kind_of(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let Some(items) = schema.get("items") {
        return html! { "array of " (kind_of(items)) };
    }
    let either = list(&schema["oneOf"]);
    if !either.is_empty() {
        return html! { @for (n, one) in either.iter().enumerate() { @if n > 0 { " or " } (kind_of(one)) } };
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    html! { (names.join(" or ")) }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}
