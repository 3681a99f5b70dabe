#include "backends/common/exported_graph.h"

#include <onnxifi/onnxifi_ext.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

// Form: magic, checksum of what follows, then texts, each behind its length.
// Numbers are 8 bytes, little-endian. A new form has a new magic.
constexpr std::string_view kMagic = "ONNXIFI graph 1\n";
constexpr size_t kMostOptions = 1024;

// FNV-1a of 64 bits, over 8 bytes at a time.
uint64_t Checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  constexpr uint64_t kPrime = 0x100000001b3;
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof(word));
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 29;
    bytes.remove_prefix(sizeof(word));
  }
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return hash ^ (hash >> 32);
}

void PutNumber(uint64_t number, std::string* to) {
  for (int i = 0; i < 8; ++i) {
    to->push_back(static_cast<char>(number >> (8 * i)));
  }
}

void PutText(std::string_view text, std::string* to) {
  PutNumber(text.size(), to);
  to->append(text);
}

Status Damaged(const char* what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL,
                StrCat("the exported graph is of no use: ", what,
                       "; compile the model again"));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool Number(uint64_t* number) {
    if (left_.size() < 8) return false;
    *number = 0;
    for (int i = 0; i < 8; ++i) {
      *number |=
          uint64_t{static_cast<unsigned char>(left_[static_cast<size_t>(i)])}
          << (8 * i);
    }
    left_.remove_prefix(8);
    return true;
  }
  bool Text(std::string* text) {
    uint64_t size = 0;
    if (!Number(&size) || size > left_.size()) return false;
    text->assign(left_.substr(0, size));
    left_.remove_prefix(size);
    return true;
  }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

}  // namespace

std::string PluginOf(const Backend& backend) {
  return StrCat(backend.info().name, " ", backend.info().version);
}

std::string DeviceOf(const Backend& backend) { return backend.info().device; }

std::string ExportedGraph::Serialize() const {
  std::string body;
  PutText(plugin, &body);
  PutText(device, &body);
  PutNumber(options.size(), &body);
  for (const auto& [key, value] : options) {
    PutText(key, &body);
    PutText(value, &body);
  }
  PutText(model, &body);
  std::string bytes(kMagic);
  PutNumber(Checksum(body), &bytes);
  return bytes + body;
}

Result<ExportedGraph> ExportedGraph::Parse(std::span<const std::byte> bytes) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()),
                             bytes.size());
  if (all.substr(0, kMagic.size()) != kMagic) {
    return Damaged("it is none, or of another form");
  }
  Reader reader(all.substr(kMagic.size()));
  uint64_t sum = 0;
  if (!reader.Number(&sum) || sum != Checksum(reader.left())) {
    return Damaged("its checksum is wrong");
  }
  ExportedGraph graph;
  uint64_t options = 0;
  if (!reader.Text(&graph.plugin) || !reader.Text(&graph.device) ||
      !reader.Number(&options) || options > kMostOptions) {
    return Damaged("it ends early");
  }
  for (uint64_t i = 0; i < options; ++i) {
    std::string key;
    std::string value;
    if (!reader.Text(&key) || !reader.Text(&value)) {
      return Damaged("it ends early");
    }
    graph.options[key] = std::move(value);
  }
  if (!reader.Text(&graph.model) || !reader.left().empty()) {
    return Damaged("its model has another size");
  }
  return graph;
}

uint32_t ExportedGraph::VerdictOf(const Backend& backend) const {
  const std::string& name = backend.info().name;
  if (plugin == PluginOf(backend)) {
    return device == DeviceOf(backend) ? ONNXIFI_EXPORTED_OPTIMAL
                                       : ONNXIFI_EXPORTED_USABLE;
  }
  const bool same_plugin = plugin.size() > name.size() &&
                           plugin.compare(0, name.size(), name) == 0 &&
                           plugin[name.size()] == ' ';
  return same_plugin ? ONNXIFI_EXPORTED_USABLE : ONNXIFI_EXPORTED_UNUSABLE;
}

}  // namespace onnxifi::abi
