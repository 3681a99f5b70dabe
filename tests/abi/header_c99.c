/* Compiling this as C99 with -pedantic -Werror is the test: every header is
 * self-contained, may be included twice and in any order, its constants work
 * in #if, and each pointer type fits its function. */
#include <onnx/onnxifi.h>
#include <onnx/onnxifi_ext.h>
#include <onnx/onnxifi_loader.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#if ONNXIFI_H != 1 || ONNXIFI_EXT_H != 1 || ONNXIFI_LOADER_H != 1 || \
    ONNXIFI_INTERFACE_H != 1
#error "guard macros"
#endif
#if ONNXIFI_STATUS_INTERNAL_ERROR != 0x0406 ||                              \
    ONNXIFI_TAG_MEMORY_FENCE_V1 < 0 || ONNXIFI_EVENT_STATE_SIGNALLED < 0 || \
    ONNXIFI_INTERFACE_VERSION_1_1 < 0 || ONNXIFI_VALUE_KIND_MAP < 0 ||      \
    ONNXIFI_STATUS_CANCELLED != 0x0501 || ONNXIFI_MEMORY_TYPE_DEVICE != 16
#error "constants must be usable in #if"
#endif

/* */
#define ONNXIFI_FUNCTION(name, since, kind) \
  static const name##Function k_##name = &name;
#include "abi/onnxifi_functions.inc"

/* The table and its arguments can be written down in plain C. */
static onnxStatus Receive(void* context, uint32_t index,
                          const onnxValue* value) {
  (void)context;
  return index == 0 && value->structSize >= sizeof(onnxValue)
             ? ONNXIFI_STATUS_SUCCESS
             : ONNXIFI_STATUS_INTERNAL_ERROR;
}

static int ValuesWork(void) {
  static const onnxStringView kStrings[] = {{"a", 1}, {NULL, 0}};
  static const uint64_t kShape[] = {2};
  onnxRunValuesArguments run = {0};
  onnxValue value = {0};
  run.structSize = sizeof(run);
  run.receive = &Receive;
  value.structSize = sizeof(value);
  value.kind = ONNXIFI_VALUE_KIND_TENSOR;
  value.dataType = 8;
  value.dimensions = 1;
  value.shape = kShape;
  value.data = kStrings;
  value.dataSize = sizeof(kStrings);
  return run.receive(run.receiveContext, 0, &value) == ONNXIFI_STATUS_SUCCESS;
}

int main(void) {
  const void* used[] = {
#define ONNXIFI_FUNCTION(name, since, kind) &k_##name,
#include "abi/onnxifi_functions.inc"
  };
  return sizeof(used) / sizeof(used[0]) == 17 && ValuesWork() ? 0 : 1;
}
