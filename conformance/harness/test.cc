#include "conformance/harness/test.h"

#include <cstring>

#include "client/client.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kMaxFailures = 20;
constexpr size_t kMaxArtifactBytes = size_t{64} << 20;

// FNV-1a: the same on every machine, which std::hash is not.
uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace

Test::Test(const Environment& environment, std::string name)
    : environment_(environment),
      name_(std::move(name)),
      random_(environment.seed ^ HashOf(name_)) {}

void Test::Fail(const char* file, int line, const std::string& text) {
  if (failures_.size() >= kMaxFailures) return;
  const char* base = std::strrchr(file, '/');
  failures_.push_back(
      {StrCat(base == nullptr ? file : base + 1, ":", line), text});
}

void Test::Keep(std::string name, std::string bytes) {
  if (bytes.size() > kMaxArtifactBytes) return;
  artifacts_.push_back({std::move(name), std::move(bytes)});
}

Outcome Test::outcome() const {
  if (!failures_.empty()) return Outcome::FAIL;
  if (!leak_.empty()) return Outcome::LEAK;
  if (!unsupported_.empty()) return Outcome::UNSUPPORTED;
  return checks_ == 0 ? Outcome::FAIL : Outcome::PASS;
}

std::string Test::reason() const {
  if (!failures_.empty()) {
    return StrCat(failures_.front().where, ": ", failures_.front().text);
  }
  if (!leak_.empty()) return leak_;
  if (!unsupported_.empty()) return unsupported_;
  return checks_ == 0 ? "nothing was checked" : "";
}

std::string StatusText(onnxStatus status) { return client::StatusName(status); }

const char* ProfileName(Profile profile) {
  switch (profile) {
    case Profile::kCore:
      return "core";
    case Profile::kDynamic:
      return "dynamic";
    case Profile::kFp16:
      return "fp16";
    case Profile::kQuantised:
      return "quantised";
    case Profile::kAsync:
      return "async";
    case Profile::kMemory:
      return "memory";
  }
  return "";
}

}  // namespace onnxifi::conformance
