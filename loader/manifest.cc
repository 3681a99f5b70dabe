#include "loader/manifest.h"

#include <optional>

#include "base/str_cat.h"
#include "loader/file.h"
#include "loader/json_value.h"

namespace onnxifi::loader {

Outcome ParseManifest(std::string_view text, const std::string& directory,
                      Manifest* manifest) {
  std::string error;
  const std::optional<JsonValue> root = ParseJson(text, &error);
  if (!root) return {Reason::kManifestSyntax, StrCat("bad JSON: ", error)};
  if (root->kind != JsonValue::Kind::kObject) {
    return {Reason::kManifestSyntax, "is not a JSON object"};
  }
  const JsonValue* version = root->Find("onnxifi_manifest");
  if (version == nullptr || version->kind != JsonValue::Kind::kNumber ||
      version->number != 1) {
    return {Reason::kManifestMember, "\"onnxifi_manifest\" is not 1"};
  }
  const JsonValue* library = root->Find("library");
  if (library == nullptr || library->kind != JsonValue::Kind::kString ||
      library->string.empty()) {
    return {Reason::kManifestMember, "\"library\" is not a path"};
  }
  if (const JsonValue* name = root->Find("name")) {
    if (name->kind != JsonValue::Kind::kString) {
      return {Reason::kManifestMember, "\"name\" is not a string"};
    }
    manifest->name = name->string;
  }
  manifest->library = library->string.front() == '/'
                          ? library->string
                          : StrCat(directory, "/", library->string);
  return {};
}

Outcome ReadManifest(const std::string& path, Manifest* manifest) {
  std::string text;
  if (Outcome outcome = ReadSmallFile(path, kMaxJsonBytes, &text);
      !outcome.ok()) {
    return outcome;
  }
  return ParseManifest(text, DirName(path), manifest);
}

}  // namespace onnxifi::loader
