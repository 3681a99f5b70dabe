#include "backends/common/graph_options.h"

#include <string.h>

#include <algorithm>

#include "backends/common/abi_arguments.h"
#include "backends/common/exported_graph.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr size_t kMostOptions = 1024;
constexpr size_t kMostKeyBytes = 256;
constexpr size_t kMostValueBytes = size_t{1} << 20;

Status UnknownKey(const std::string& key,
                  const std::vector<OptionInfo>& known) {
  std::string keys;
  for (const OptionInfo& option : known) {
    keys += StrCat(keys.empty() ? "" : ", ", option.key);
  }
  return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                StrCat("option '", key, "' is not known; there are ", keys));
}

}  // namespace

std::vector<OptionInfo> AllOptions(const Backend& backend) {
  std::vector<OptionInfo> all = backend.options();
  all.push_back({kExportable, "0",
                 "1: keep the model, so that exportGraph can give the graph "
                 "as bytes"});
  return all;
}

Result<bool> TakeExportable(std::map<std::string, std::string>* values) {
  const auto at = values->find(kExportable);
  if (at == values->end()) return false;
  const std::string value = at->second;
  values->erase(at);
  if (value == "0" || value == "1") return value == "1";
  return Status(
      ONNXIFI_STATUS_INVALID_PROPERTY,
      StrCat("option '", kExportable, "' is '", value, "'; it may be 0 or 1"));
}

Result<std::map<std::string, std::string>> ReadOptions(
    std::span<const onnxOption> options, const Backend& backend) {
  std::map<std::string, std::string> values;
  if (options.empty()) return values;
  if (options.size() > kMostOptions) {
    return Status(ONNXIFI_STATUS_INVALID_SIZE,
                  StrCat("optionsCount is ", options.size(), "; at most ",
                         kMostOptions, " are taken"));
  }
  const std::vector<OptionInfo> known = AllOptions(backend);
  for (const onnxOption& option : options) {
    if (option.key == nullptr) return NullPointer("the key of an option");
    if (option.value == nullptr) return NullPointer("the value of an option");
    const std::string key(option.key, strnlen(option.key, kMostKeyBytes));
    if (std::none_of(known.begin(), known.end(),
                     [&](const OptionInfo& one) { return one.key == key; })) {
      return UnknownKey(key, known);
    }
    const size_t length = strnlen(option.value, kMostValueBytes + 1);
    if (length > kMostValueBytes) {
      return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                    StrCat("the value of option '", key, "' is too long"));
    }
    values[key] = std::string(option.value, length);
  }
  return values;
}

}  // namespace onnxifi::abi
