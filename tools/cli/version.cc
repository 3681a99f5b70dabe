#include "tools/cli/version.h"

#include <onnxifi/onnxifi_loader.h>

#include "base/str_cat.h"

namespace onnxifi::client {

std::string VersionText() {
  uint64_t loader = 0;
  if (onnxifiGetLoaderVersion(&loader) != ONNXIFI_STATUS_SUCCESS) loader = 0;
  return StrCat("onnxifi ", ONNXIFI_CLI_VERSION, " (loader ", loader >> 32, ".",
                loader >> 16 & 0xFFFF, ".", loader & 0xFFFF,
                ", interface 1.0 and 1.1)");
}

}  // namespace onnxifi::client
