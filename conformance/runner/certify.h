#ifndef ONNXIFI_CONFORMANCE_RUNNER_CERTIFY_H_
#define ONNXIFI_CONFORMANCE_RUNNER_CERTIFY_H_

#include <functional>
#include <string>

#include "base/status.h"
#include "conformance/runner/record.h"
#include "conformance/runner/runner.h"
#include "conformance/runner/suite.h"
#include "conformance/runner/verdict.h"

namespace onnxifi::conformance {

// One run of the suite, as the user asks for it.
struct CertifyOptions {
  std::string plugin;
  std::string archive;  // of cases; empty: the one that is installed with us
  std::string vendor_profile;  // file; empty: everything is claimed
  std::string results;         // file; empty: a temporary one
  bool resume = false;         // go on with `results`
  Selection selection;
  uint64_t seed = 0;
  uint64_t backend = 0;
  std::string artifacts;
  int jobs = 1;
  double time_factor = 1;
  size_t memory_limit = size_t{8} << 30;
};

struct CertifyResult {
  Results results;
  std::string profile_text;  // of the vendor profile; empty: none
  VendorProfile profile;
  std::string date;  // of the verdict, YYYY-MM-DD
  Verdict verdict;
};

// Told of each record, with how many are known of how many.
using Progress =
    std::function<void(const Record& record, size_t done, size_t all)>;

// Runs the suite on a plugin. Every record is appended to the results file and
// synced before anything else happens. Fails when the run cannot be made; that
// tests went wrong is in the verdict.
Result<CertifyResult> Certify(const CertifyOptions& options,
                              const Progress& progress);

// Judges results that are all there: reads the vendor profile, which must be
// the one of the run, and ends with the verdict as of today.
Result<CertifyResult> JudgeResults(Results results,
                                   const std::string& vendor_profile);

// The archive beside this program: ../share/onnxifi/conformance/cases.tar, or
// empty when there is none.
std::string InstalledArchive();
// YYYY-MM-DD, UTC.
std::string Today();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_CERTIFY_H_
