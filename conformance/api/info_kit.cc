#include "conformance/api/info_kit.h"

#include <cstring>

namespace onnxifi::conformance {
namespace {

constexpr size_t kText = 0;
constexpr size_t kMostBytes = size_t{1} << 20;

constexpr Selector kSelectors[] = {
    {ONNXIFI_BACKEND_ONNXIFI_VERSION, "onnxifi_version", 8, false},
    {ONNXIFI_BACKEND_NAME, "name", kText, false},
    {ONNXIFI_BACKEND_VENDOR, "vendor", kText, false},
    {ONNXIFI_BACKEND_VERSION, "version", kText, false},
    {ONNXIFI_BACKEND_EXTENSIONS, "extensions", kText, false},
    {ONNXIFI_BACKEND_DEVICE, "device", kText, false},
    {ONNXIFI_BACKEND_DEVICE_TYPE, "device_type", 8, false},
    {ONNXIFI_BACKEND_ONNX_IR_VERSION, "onnx_ir_version", kText, false},
    {ONNXIFI_BACKEND_OPSET_VERSION, "opset_version", kText, false},
    {ONNXIFI_BACKEND_CAPABILITIES, "capabilities", 8, false},
    {ONNXIFI_BACKEND_INIT_PROPERTIES, "init_properties", 8, false},
    {ONNXIFI_BACKEND_MEMORY_TYPES, "memory_types", 8, false},
    {ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES, "graph_init_properties", 8, false},
    {ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, "synchronization_types", 8, false},
    {ONNXIFI_BACKEND_MEMORY_SIZE, "memory_size", 8, false},
    {ONNXIFI_BACKEND_MAX_GRAPH_SIZE, "max_graph_size", 8, false},
    {ONNXIFI_BACKEND_MAX_GRAPH_COUNT, "max_graph_count", 8, false},
    {ONNXIFI_BACKEND_MACS_FP32, "macs_fp32", 8, true},
    {ONNXIFI_BACKEND_MACS_FP16, "macs_fp16", 8, true},
    {ONNXIFI_BACKEND_MEMORY_BANDWIDTH, "memory_bandwidth", 8, true},
    {ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH, "cpu_memory_read_bandwidth", 8,
     true},
    {ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH, "cpu_memory_write_bandwidth",
     8, true},
    {ONNXIFI_BACKEND_PCI_BUS_ID, "pci_bus_id", 8, true},
    {ONNXIFI_BACKEND_PCI_DEVICE_ID, "pci_device_id", 8, true},
    {ONNXIFI_BACKEND_PCI_DOMAIN_ID, "pci_domain_id", 8, true},
    {ONNXIFI_BACKEND_DIRECTX_ID, "directx_id", 8, true},
    {ONNXIFI_BACKEND_CUDA_INDEX, "cuda_index", 8, true},
    {ONNXIFI_BACKEND_OPENCL_PLATFORM_ID, "opencl_platform_id", sizeof(void*),
     true},
    {ONNXIFI_BACKEND_OPENCL_DEVICE_ID, "opencl_device_id", sizeof(void*), true},
};

const Selector& Find(onnxBackendInfo number) {
  for (const Selector& selector : kSelectors) {
    if (selector.number == number) return selector;
  }
  return kSelectors[0];
}

}  // namespace

std::span<const Selector> Selectors() { return kSelectors; }

std::optional<std::string> InfoBytes(Test& test, const Session& session,
                                     const Selector& selector) {
  const Plugin& f = session.plugin();
  size_t size = 0;
  onnxStatus status =
      f.onnxGetBackendInfo(session.id(), selector.number, nullptr, &size);
  if (selector.optional && status == ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE) {
    test.Count();
    return std::nullopt;
  }
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_FALLBACK, selector.name,
                " without a buffer: ", StatusText(status));
  CERTIFY_CHECK(test, size > 0 && size <= kMostBytes, selector.name, " has ",
                size, " bytes");
  if (status != ONNXIFI_STATUS_FALLBACK || size == 0 || size > kMostBytes) {
    return std::nullopt;
  }
  std::string value(size, '?');
  size_t got = size;
  status =
      f.onnxGetBackendInfo(session.id(), selector.number, value.data(), &got);
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS && got == size,
                selector.name, " with its exact size, ", size, ": ",
                StatusText(status), ", size ", got);
  if (status != ONNXIFI_STATUS_SUCCESS || got != size) return std::nullopt;
  return value;
}

std::string InfoString(Test& test, const Session& session,
                       onnxBackendInfo number) {
  std::optional<std::string> bytes = InfoBytes(test, session, Find(number));
  if (!bytes.has_value()) return "";
  return bytes->c_str();
}

std::optional<uint64_t> InfoValue(Test& test, const Session& session,
                                  onnxBackendInfo number) {
  const Selector& selector = Find(number);
  const std::optional<std::string> bytes = InfoBytes(test, session, selector);
  uint64_t value = 0;
  if (!bytes.has_value()) return std::nullopt;
  CERTIFY_CHECK(test, bytes->size() == sizeof(value), selector.name, " has ",
                bytes->size(), " bytes, not 8");
  if (bytes->size() != sizeof(value)) return std::nullopt;
  std::memcpy(&value, bytes->data(), sizeof(value));
  return value;
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

bool IsUtf8(const std::string& text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto byte = [&](size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(i);
    const size_t more = first < 0x80   ? 0
                        : first < 0xe0 ? 1
                        : first < 0xf0 ? 2
                                       : 3;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4) return false;
    for (size_t k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    // Longer than needed, a surrogate, or beyond the last character.
    const unsigned second = byte(i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

}  // namespace onnxifi::conformance
