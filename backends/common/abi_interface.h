#ifndef ONNXIFI_BACKENDS_COMMON_ABI_INTERFACE_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_INTERFACE_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>

#include "backends/common/abi_arguments.h"
#include "base/status.h"
#include "base/str_cat.h"

namespace onnxifi::abi {

// The functions of the table of interface 1.1. Those about models and values
// are in abi_interface.cc, with the table; others in abi_interface_*.cc.
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since) \
  onnxStatus ONNXIFI_ABI Interface##Name(               \
      const onnx##Name##Arguments* arguments);
#include "abi/onnxifi_interface.inc"

// INVALID_SIZE for a structure that lacks members of interface 1.1.
inline Status CheckStructSize(size_t given, size_t needed, const char* what) {
  if (given >= needed) return Status::Ok();
  return Status(ONNXIFI_STATUS_INVALID_SIZE,
                StrCat("structSize of ", what, " is ", given,
                       "; interface 1.1 needs ", needed));
}

// What all argument structures begin with.
template <typename Arguments>
Status CheckArguments(const Arguments* arguments) {
  if (arguments == nullptr) return NullPointer("arguments");
  ONNXIFI_RETURN_IF_ERROR(CheckStructSize(arguments->structSize,
                                          sizeof(*arguments), "the arguments"));
  if (arguments->next == nullptr) return Status::Ok();
  return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                "next is not NULL, but no extension is known");
}

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_INTERFACE_H_
