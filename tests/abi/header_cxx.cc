// The same for C++, with the user's own decorations and integer types.
//
#include <cstdint>

#define ONNXIFI_NO_STDINT_H
#define ONNXIFI_PUBLIC [[maybe_unused]]
#define ONNXIFI_CHECK_RESULT
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <type_traits>

static_assert(std::is_same_v<onnxBackendID, void*> &&
              std::is_same_v<onnxEvent, void*>);
static_assert(std::is_signed_v<onnxStatus> && std::is_unsigned_v<onnxEnum>);
static_assert(
    std::is_same_v<decltype(onnxTensorDescriptorV1::shape), const uint64_t*>);
static_assert(std::is_trivial_v<onnxValue> &&
              std::is_same_v<decltype(onnxValue::elements), const onnxValue*>);

int main() {
  onnxMemoryFenceV1 fence = {};
  fence.event = nullptr;
  onnxifi_library library = {};
  library.onnxGetBackendIDs = &onnxGetBackendIDs;
  // Results may be ignored: the decoration was replaced above.
  onnxGetBackendIDs(nullptr, nullptr);
  return library.functions[0] == nullptr || fence.event != nullptr;
}
