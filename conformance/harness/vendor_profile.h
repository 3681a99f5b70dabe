#ifndef ONNXIFI_CONFORMANCE_HARNESS_VENDOR_PROFILE_H_
#define ONNXIFI_CONFORMANCE_HARNESS_VENDOR_PROFILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

// A test that is known to go wrong: it is executed and counted, and must go
// wrong until it is repaired.
struct Waiver {
  std::string pattern;  // of test names: '*' and '?'
  std::string outcome;  // what is expected: FAIL, CRASH, HANG, ...
  size_t count = 0;     // how many tests it covers, exactly
  std::string reason;
  std::string owner;
  std::string expires;  // YYYY-MM-DD, the last day
};

// What a vendor says about the plugin: a JSON file, docs/certify.md. Without a
// file everything is claimed.
struct VendorProfile {
  std::string name;
  bool all_profiles = true;
  std::vector<std::string> profiles;  // when not all
  bool all_operators = true;
  // When not all: "Conv", "ai.onnx.ml:Scaler"; what is not here may be refused.
  std::vector<std::string> operators;
  std::vector<Waiver> waivers;

  bool all_types = true;
  // When not all: "float32", "int64"; models of other types may be refused.
  std::vector<std::string> types;

  bool ClaimsProfile(std::string_view profile) const;
  bool ClaimsOperator(std::string_view op) const;
  bool ClaimsType(std::string_view type) const;
};

// Reads the file's text. Unknown keys, unknown profiles, waivers without reason,
// owner or expiry, and a list of profiles without "core" are refused.
Result<VendorProfile> ParseVendorProfile(std::string_view text);

// YYYY-MM-DD of a day that there is.
bool IsDate(std::string_view text);

// Whether `name` matches a pattern of the shell; '*' matches '/', too.
bool MatchesPattern(const std::string& pattern, const std::string& name);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_VENDOR_PROFILE_H_
