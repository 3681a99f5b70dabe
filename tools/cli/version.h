#ifndef ONNXIFI_TOOLS_CLI_VERSION_H_
#define ONNXIFI_TOOLS_CLI_VERSION_H_

#include <string>

namespace onnxifi::client {

// "onnxifi 0.1.0 (loader 0.1.0, interface 1.0 and 1.1)".
std::string VersionText();

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_VERSION_H_
