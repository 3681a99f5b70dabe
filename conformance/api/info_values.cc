// What onnxGetBackendInfo tells: encodings, ranges, and what must fit together.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "conformance/api/api_kit.h"
#include "conformance/api/info_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr uint64_t kLowHalf = 0xffffffffU;

// The flags of this interface in a bit field; those of vendors are in the high
// half.
void OnlyBits(Test& test, onnxBackendInfo selector, uint64_t known,
              const char* name) {
  Session session(test);
  const std::optional<uint64_t> value = InfoValue(test, session, selector);
  CERTIFY_REQUIRE(test, value.has_value(), "no ", name);
  CERTIFY_CHECK(test, (*value & kLowHalf & ~known) == 0, name, ": ", *value,
                " has bits of the low half that no header defines");
}

// A decimal number without sign and leading zeros; 0: it is none.
uint64_t Decimal(const std::string& text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || text.empty() || text[0] == '0') {
    return 0;
  }
  return number;
}

void InterfaceVersion(Test& test) {
  Session session(test);
  const std::optional<uint64_t> value =
      InfoValue(test, session, ONNXIFI_BACKEND_ONNXIFI_VERSION);
  CERTIFY_REQUIRE(test, value.has_value(), "no version");
  CERTIFY_CHECK(test, *value == uint64_t{1} << 32,
                "the version of the interface is ", *value,
                ", not major 1 << 32 | minor 0");
}

void Texts(Test& test) {
  Session session(test);
  const struct {
    onnxBackendInfo selector;
    const char* name;
    size_t most;
    bool ascii;
    bool may_be_empty;
  } rows[] = {
      {ONNXIFI_BACKEND_NAME, "NAME", 49, false, false},
      {ONNXIFI_BACKEND_VENDOR, "VENDOR", SIZE_MAX, false, false},
      {ONNXIFI_BACKEND_VERSION, "VERSION", SIZE_MAX, true, false},
      {ONNXIFI_BACKEND_EXTENSIONS, "EXTENSIONS", SIZE_MAX, true, true},
      {ONNXIFI_BACKEND_DEVICE, "DEVICE", 63, false, false},
      {ONNXIFI_BACKEND_ONNX_IR_VERSION, "ONNX_IR_VERSION", SIZE_MAX, true,
       false},
      {ONNXIFI_BACKEND_OPSET_VERSION, "OPSET_VERSION", SIZE_MAX, true, false},
  };
  for (const auto& row : rows) {
    const std::string text = InfoString(test, session, row.selector);
    CERTIFY_CHECK(test, IsUtf8(text), row.name, " is not valid UTF-8");
    CERTIFY_CHECK(test, row.may_be_empty || !text.empty(), row.name,
                  " is empty");
    CERTIFY_CHECK(test, text.size() <= row.most, row.name, " has ", text.size(),
                  " bytes, more than ", row.most);
    if (!row.ascii) continue;
    CERTIFY_CHECK(test,
                  std::all_of(text.begin(), text.end(),
                              [](char c) { return c >= ' ' && c <= '~'; }),
                  row.name, " is not printable ASCII");
  }
}

void DeviceType(Test& test) {
  Session session(test);
  const std::optional<uint64_t> value =
      InfoValue(test, session, ONNXIFI_BACKEND_DEVICE_TYPE);
  CERTIFY_REQUIRE(test, value.has_value(), "no device type");
  bool known = false;
  for (const uint64_t type :
       {ONNXIFI_DEVICE_TYPE_NPU, ONNXIFI_DEVICE_TYPE_DSP,
        ONNXIFI_DEVICE_TYPE_GPU, ONNXIFI_DEVICE_TYPE_CPU,
        ONNXIFI_DEVICE_TYPE_FPGA, ONNXIFI_DEVICE_TYPE_HETEROGENEOUS}) {
    known = known || *value == type;
  }
  CERTIFY_CHECK(test, known, "device type ", *value, " is none of the six");
}

void Extensions(Test& test) {
  Session session(test);
  const std::string text =
      InfoString(test, session, ONNXIFI_BACKEND_EXTENSIONS);
  if (text.empty()) return;
  std::set<std::string> seen;
  for (const std::string& word : Words(text)) {
    CERTIFY_CHECK(test, !word.empty(),
                  "the names are not separated by single spaces: '", text, "'");
    CERTIFY_CHECK(test, seen.insert(word).second, "'", word,
                  "' is there twice");
  }
}

void IrVersions(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string text =
      InfoString(test, session, ONNXIFI_BACKEND_ONNX_IR_VERSION);
  std::set<uint64_t> versions;
  for (const std::string& word : Words(text)) {
    const uint64_t version = Decimal(word);
    CERTIFY_CHECK(test, version > 0, "'", word, "' in '", text,
                  "' is no decimal number");
    CERTIFY_CHECK(test, versions.insert(version).second, word,
                  " is there twice");
    // Older ones have no operator sets.
    if (version < 3 || version > 1000) continue;
    const std::string model =
        DeclaredModel(probe->op, wire::kFloat, {2, 3}, wire::kFloat, {2, 3},
                      static_cast<int64_t>(version));
    const onnxStatus status = session.plugin().onnxGetBackendCompatibility(
        session.id(), model.size(), model.data());
    CERTIFY_CHECK(test, status != ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                  "IR version ", version, " of '", text, "' is refused");
  }
  CERTIFY_CHECK(test, versions.count(3) == 1, "version 3 is not in '", text,
                "'");
}

// "domain:version" pairs; every version up to the one that is told works.
void OperatorSets(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string text =
      InfoString(test, session, ONNXIFI_BACKEND_OPSET_VERSION);
  std::set<std::string> domains;
  uint64_t newest = 0;
  for (const std::string& word : Words(text)) {
    const size_t colon = word.rfind(':');
    CERTIFY_REQUIRE(test, colon != std::string::npos && colon > 0, "'", word,
                    "' in '", text, "' is no domain:version");
    const uint64_t version = Decimal(word.substr(colon + 1));
    CERTIFY_CHECK(test, version > 0, "'", word, "' has no version");
    CERTIFY_CHECK(test, domains.insert(word.substr(0, colon)).second,
                  "the domain of '", word, "' is there twice");
    if (word.substr(0, colon) == "ai.onnx") newest = version;
  }
  CERTIFY_REQUIRE(test, newest > 0 && newest < 10000, "ai.onnx is not in '",
                  text, "'");
  for (uint64_t version = 1; version <= newest; ++version) {
    const std::string model =
        DeclaredModel(probe->op, wire::kFloat, {2, 3}, wire::kFloat, {2, 3}, 8,
                      static_cast<int64_t>(version));
    const onnxStatus status = session.plugin().onnxGetBackendCompatibility(
        session.id(), model.size(), model.data());
    CERTIFY_CHECK(test, status != ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                  "operator set ", version, " of '", text, "' is refused");
  }
}

void CapabilityBits(Test& test) {
  OnlyBits(test, ONNXIFI_BACKEND_CAPABILITIES, 0x3f, "CAPABILITIES");
}

void CapabilitiesImplied(Test& test) {
  Session session(test);
  const std::optional<uint64_t> value =
      InfoValue(test, session, ONNXIFI_BACKEND_CAPABILITIES);
  CERTIFY_REQUIRE(test, value.has_value(), "no capabilities");
  const struct {
    uint64_t has;
    uint64_t implied;
    const char* text;
  } rows[] = {
      {ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS,
       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE,
       "SYMBOLIC_SIZE_TENSORS without SYMBOLIC_BATCH_SIZE"},
      {ONNXIFI_CAPABILITY_VARIABLE_BATCH_SIZE,
       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE,
       "VARIABLE_BATCH_SIZE without SYMBOLIC_BATCH_SIZE"},
      {ONNXIFI_CAPABILITY_VARIABLE_SIZE_OUTPUTS,
       ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS |
           ONNXIFI_CAPABILITY_VARIABLE_BATCH_SIZE,
       "VARIABLE_SIZE_OUTPUTS without what it implies"},
  };
  for (const auto& row : rows) {
    CERTIFY_CHECK(
        test, (*value & row.has) == 0 || (*value & row.implied) == row.implied,
        "capabilities ", *value, ": ", row.text);
  }
}

void PropertyBits(Test& test) {
  OnlyBits(test, ONNXIFI_BACKEND_INIT_PROPERTIES, 0, "INIT_PROPERTIES");
  OnlyBits(test, ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES, 0,
           "GRAPH_INIT_PROPERTIES");
}

// The fifth bit is a memory type of interface 1.1.
void MemoryBits(Test& test) {
  OnlyBits(test, ONNXIFI_BACKEND_MEMORY_TYPES, 0x1f, "MEMORY_TYPES");
}

void SynchronizationBits(Test& test) {
  OnlyBits(test, ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES,
           ONNXIFI_SYNCHRONIZATION_IMPLICIT, "SYNCHRONIZATION_TYPES");
}

void Sizes(Test& test) {
  Session session(test);
  const auto positive = [&](onnxBackendInfo selector, const char* name) {
    const std::optional<uint64_t> value = InfoValue(test, session, selector);
    CERTIFY_CHECK(test, value.has_value() && *value > 0, name,
                  " is 0, which leaves no room for anything");
  };
  positive(ONNXIFI_BACKEND_MEMORY_SIZE, "MEMORY_SIZE");
  positive(ONNXIFI_BACKEND_MAX_GRAPH_SIZE, "MAX_GRAPH_SIZE");
  positive(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, "MAX_GRAPH_COUNT");
}

// 0 multiply-adds a second mean that the type is not there at all.
void Speeds(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const struct {
    onnxBackendInfo selector;
    const char* name;
    int32_t type;
  } rows[] = {{ONNXIFI_BACKEND_MACS_FP32, "MACS_FP32", wire::kFloat},
              {ONNXIFI_BACKEND_MACS_FP16, "MACS_FP16", wire::kFloat16}};
  for (const auto& row : rows) {
    const std::optional<uint64_t> value =
        InfoValue(test, session, row.selector);
    if (!value.has_value()) continue;
    const std::string model =
        DeclaredModel(probe->op, row.type, {2, 3}, row.type, {2, 3});
    const bool accepted = Accepted(session.plugin().onnxGetBackendCompatibility(
        session.id(), model.size(), model.data()));
    CERTIFY_CHECK(test, *value > 0 || !accepted, row.name,
                  " is 0, but a model of that type is accepted");
  }
}

}  // namespace

void AddInfoValuesTests(TestList* list) {
  list->Add("info/interface_version", {"R-062"}, &InterfaceVersion);
  list->Add("info/texts", {"R-061", "R-063", "R-064", "R-079", "R-080"},
            &Texts);
  list->Add("info/device_type", {"R-066"}, &DeviceType);
  list->Add("info/extensions", {"R-065"}, &Extensions);
  list->Add("info/ir_versions", {"R-067"}, &IrVersions);
  list->Add("info/operator_sets", {"R-068"}, &OperatorSets);
  list->Add("info/capability_bits", {"R-069"}, &CapabilityBits);
  list->Add("info/capabilities_implied", {"R-070"}, &CapabilitiesImplied);
  list->Add("info/property_bits", {"R-071"}, &PropertyBits);
  list->Add("info/memory_bits", {"R-072"}, &MemoryBits);
  list->Add("info/synchronization_bits", {"R-073"}, &SynchronizationBits);
  list->Add("info/sizes", {"R-074"}, &Sizes);
  list->Add("info/speeds", {"R-076"}, &Speeds);
}

}  // namespace onnxifi::conformance
