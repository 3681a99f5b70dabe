#ifndef ONNXIFI_TOOLS_CLI_CERTIFICATE_INFO_H_
#define ONNXIFI_TOOLS_CLI_CERTIFICATE_INFO_H_

#include <nlohmann/json.hpp>
#include <string>

namespace onnxifi::client {

// What the certificate beside a plugin says: null without one. "state" is
// "this build", "another build" (the plugin has changed since), "not certified"
// or "unreadable". Nothing is proven by it: whoever may put a plugin there may
// put a certificate there.
nlohmann::json CertificateJson(const std::string& plugin);

// One line for people, safe for a terminal.
std::string CertificateLine(const nlohmann::json& certificate);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_CERTIFICATE_INFO_H_
