#ifndef ONNXIFI_PARTITIONER_FUNCTIONS_H_
#define ONNXIFI_PARTITIONER_FUNCTIONS_H_

#include <onnxifi/onnxifi_ext.h>

#include <string>

#include "base/status.h"

namespace onnxifi::partitioner {

// The entry points of libonnxifi.so.1, through which all backends are reached.
// A table and not the symbols themselves: a plugin exports the same names.
struct Functions {
#define ONNXIFI_FUNCTION(name, since, kind) name##Function name = nullptr;
#include "abi/onnxifi_functions.inc"
  // The loader's text of this thread's last failure; may be null.
  onnxGetLastErrorFunction last_error = nullptr;

  // OK for SUCCESS and FALLBACK; else the code with the text that the loader
  // has for it.
  Status Check(onnxStatus code) const;
};

// The loader of this process: the one that is loaded, else `beside` (a
// directory; empty: none) or the system's path is searched. Found once, kept
// for ever. BACKEND_UNAVAILABLE, with what was tried, when there is none.
Result<const Functions*> FindLoader(const std::string& beside);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_FUNCTIONS_H_
