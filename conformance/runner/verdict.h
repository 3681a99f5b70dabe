#ifndef ONNXIFI_CONFORMANCE_RUNNER_VERDICT_H_
#define ONNXIFI_CONFORMANCE_RUNNER_VERDICT_H_

#include <map>
#include <string>
#include <vector>

#include "conformance/harness/vendor_profile.h"
#include "conformance/runner/record.h"

namespace onnxifi::conformance {

// What the results say of the plugin. Depends on nothing else, so that anybody
// can judge them again.
struct Verdict {
  std::map<Outcome, size_t> counts;
  size_t waived = 0;
  // Every reason against a certificate; empty: all that was run is in order.
  std::vector<std::string> problems;
  // Names of the tests that count against the plugin.
  std::vector<std::string> failed;
  // All of the suite was run: the full tier with its cases, no filter, no
  // shard.
  bool complete = false;

  bool passed() const { return problems.empty(); }
  bool certified() const { return passed() && complete; }
  // "CERTIFIED", "PASSED, not all of the suite" or "NOT CERTIFIED".
  const char* text() const;
};

// The waiver that covers a record that went wrong; NULL: none.
const Waiver* WaiverOf(const Record& record, const VendorProfile& profile);

// `today` is YYYY-MM-DD: waivers end.
Verdict Judge(const Results& results, const VendorProfile& profile,
              const std::string& today);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_VERDICT_H_
