#ifndef ONNXIFI_CONFORMANCE_REPORT_VERIFY_H_
#define ONNXIFI_CONFORMANCE_REPORT_VERIFY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "conformance/report/bundle.h"

namespace onnxifi::conformance {

struct VerifyOptions {
  std::string plugin_sha256;  // of the plugin at hand; empty: none is
  std::string certificate;    // the number that it must have; empty: any
  std::string today;          // YYYY-MM-DD
};

// What is known of a bundle.
struct VerifyReport {
  // Every reason not to believe it; empty: it is what this suite would write.
  std::vector<std::string> problems;
  // What is no reason, but good to know: ended waivers, another build.
  std::vector<std::string> notes;
  std::string id;
  Certificate certificate;  // as it says, believed or not
};

// Checks a bundle against the suite of this program, and judges its results
// again. Nothing of it is believed that could be made anew: only the results,
// the vendor profile and the date. That those were made up cannot be seen
// without the certificate's number.
VerifyReport VerifyBundle(std::string_view tar, const SuiteFacts& suite,
                          const VerifyOptions& options);

// What a record itself must be when a plugin with the profile had this test.
// Empty: it is in order.
std::string CheckRecord(const Record& record, const TestInfo& test,
                        const VendorProfile& profile);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_VERIFY_H_
