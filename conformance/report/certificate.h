#ifndef ONNXIFI_CONFORMANCE_REPORT_CERTIFICATE_H_
#define ONNXIFI_CONFORMANCE_REPORT_CERTIFICATE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "conformance/harness/vendor_profile.h"
#include "conformance/report/bundle_tar.h"
#include "conformance/runner/certify.h"

namespace onnxifi::conformance {

// A part of a bundle, by its hash.
struct CertificateMember {
  std::string name;
  uint64_t bytes = 0;
  std::string sha256;
};

// What a run has shown, in one small text: the manifest of a bundle, and the
// file beside a certified plugin. Its SHA-256 is the certificate's number.
struct Certificate {
  RunHeader run;  // its plugin is the file's name, without folders
  std::string verdict;
  std::string date;
  VendorProfile profile;
  std::map<std::string, uint64_t> counts;  // by outcome, none is 0
  uint64_t waived = 0;
  std::vector<std::string> problems;
  std::vector<CertificateMember> members;

  bool certified() const;
};

// `members` are the other parts of the bundle.
Certificate MakeCertificate(const CertifyResult& result,
                            const std::vector<TarMember>& members);

std::string ToText(const Certificate& certificate);
// Reads what ToText writes, and nothing else: unknown, repeated or missing
// members are INVALID_PROTOBUF.
Result<Certificate> ParseCertificate(std::string_view text);
// "3f5a...": the number.
std::string CertificateId(std::string_view text);

// Where the certificate of a plugin lies: "libonnxifi-x.certificate" beside
// "libonnxifi-x.so".
std::string CertificatePath(const std::string& plugin);
inline constexpr size_t kMaxCertificateBytes = size_t{64} << 10;
// The text beside a plugin: a plain file of at most 64 KiB; empty without one.
Result<std::string> ReadCertificateFile(const std::string& path);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_CERTIFICATE_H_
