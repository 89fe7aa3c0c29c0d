// extension.js - starts `eqlite lsp` for EQL files and TOML rule files.
"use strict";

const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("eqlite");
  const server = { command: settings.get("program"), args: ["lsp", ...settings.get("arguments")] };
  const documents = [{ language: "eql" }, { language: "toml" }, { scheme: "file", pattern: "**/*.toml" }];
  client = new LanguageClient("eqlite", "EQL", server, { documentSelector: documents });
  return client.start();
};

exports.deactivate = () => client && client.stop();
