#ifndef ONNXIFI_CONFORMANCE_API_BAD_MODELS_H_
#define ONNXIFI_CONFORMANCE_API_BAD_MODELS_H_

#include <onnxifi/onnxifi.h>

#include <string>
#include <vector>

namespace onnxifi::conformance {

// A model that onnxGetBackendCompatibility and onnxInitGraph refuse alike.
struct BadModel {
  const char* name;  // part of a test's name
  onnxStatus status;
  const char* what;  // is wrong with it
  // Of the requirement that names it: of the one function and of the other.
  std::vector<std::string> compatibility_ids;
  std::vector<std::string> graph_ids;
  std::string (*make)(const std::string& op);
  // Where the header leaves two codes open, the other one.
  onnxStatus or_status = ONNXIFI_STATUS_SUCCESS;
};

std::vector<BadModel> BadModels();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_BAD_MODELS_H_
