#include "tools/cli/certify_report.h"

#include <unistd.h>

#include <cstdio>

#include "base/str_cat.h"
#include "client/file.h"
#include "client/text.h"
#include "conformance/report/bundle.h"
#include "conformance/report/html.h"
#include "conformance/report/junit.h"
#include "conformance/report/markup.h"

namespace onnxifi::client {
namespace {

using conformance::CertifyResult;
using conformance::Record;
using conformance::Verdict;

Status WriteText(const std::string& path, const std::string& text) {
  return WriteFileAtomically(path, std::as_bytes(std::span(text)));
}

Status WriteBundle(const CertifyResult& result,
                   const conformance::SuiteFacts& suite,
                   const CertifyFiles& files) {
  ONNXIFI_ASSIGN_OR_RETURN(const conformance::Bundle bundle,
                           MakeBundle(result, suite));
  if (!files.bundle.empty()) {
    ONNXIFI_RETURN_IF_ERROR(WriteText(files.bundle, bundle.tar));
  }
  std::printf("certificate %s\n", bundle.id.c_str());
  if (files.certificate.empty()) return Status::Ok();
  if (!result.verdict.certified()) {
    std::printf("no certificate is written: %s\n", result.verdict.text());
    return Status::Ok();
  }
  if (bundle.manifest.size() > conformance::kMaxCertificateBytes) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  "certificate: more than 64 KiB: the vendor profile has too "
                  "many operators or waivers for it");
  }
  return WriteText(files.certificate, bundle.manifest);
}

}  // namespace

void ShowCertifyProgress(const Record& record, size_t done, size_t all,
                         bool quiet) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (terminal) std::fprintf(stderr, "\r\033[K");
  if (!Certifies(record.outcome) && !quiet) {
    std::printf("%s %s: %s\n", OutcomeName(record.outcome), record.test.c_str(),
                EscapeText(record.reason).c_str());
    std::fflush(stdout);
  }
  if (!terminal) return;
  constexpr size_t kWidth = 30;
  const size_t filled = all == 0 ? kWidth : done * kWidth / all;
  std::fprintf(stderr, "[%s%s] %zu/%zu %s", std::string(filled, '#').c_str(),
               std::string(kWidth - filled, ' ').c_str(), done, all,
               done == all ? "\n" : record.test.c_str());
}

void PrintCertifySummary(const CertifyResult& result, bool quiet) {
  const Verdict& verdict = result.verdict;
  const conformance::RunHeader& header = result.results.header;
  constexpr size_t kShown = 20;
  if (!verdict.failed.empty() && !quiet) {
    std::printf("\nto run one of them again:\n");
    for (size_t i = 0; i < verdict.failed.size() && i < kShown; ++i) {
      std::printf("  %s\n", EscapeText(conformance::RerunCommand(
                                           header, verdict.failed[i]))
                                .c_str());
    }
    if (verdict.failed.size() > kShown) {
      std::printf("  ... and %zu more\n", verdict.failed.size() - kShown);
    }
  }
  for (const std::string& problem : verdict.problems) {
    std::printf("problem: %s\n", EscapeText(problem).c_str());
  }
  std::string counts;
  for (const auto& [outcome, count] : verdict.counts) {
    counts +=
        StrCat(counts.empty() ? "" : ", ", count, " ", OutcomeName(outcome));
  }
  std::printf("%s; %zu waived; seed %llu\n",
              counts.empty() ? "no tests" : counts.c_str(), verdict.waived,
              static_cast<unsigned long long>(header.seed));
  std::printf("%s\n", verdict.text());
}

Status WriteCertifyFiles(const CertifyResult& result,
                         const std::string& archive,
                         const CertifyFiles& files) {
  if (!files.junit.empty()) {
    ONNXIFI_RETURN_IF_ERROR(
        WriteText(files.junit, conformance::JunitReport(result)));
  }
  if (files.html.empty() && files.bundle.empty() && files.certificate.empty()) {
    return Status::Ok();
  }
  ONNXIFI_ASSIGN_OR_RETURN(const conformance::SuiteFacts suite,
                           conformance::ReadSuiteFacts(archive));
  if (!files.html.empty()) {
    const bool same =
        suite.archive_sha256 == result.results.header.archive_sha256;
    ONNXIFI_RETURN_IF_ERROR(WriteText(
        files.html,
        conformance::HtmlReport(result, same ? suite.archive.get() : nullptr)));
  }
  if (files.bundle.empty() && files.certificate.empty()) return Status::Ok();
  return WriteBundle(result, suite, files);
}

void PrintVerification(const conformance::VerifyReport& report) {
  for (const std::string& note : report.notes) {
    std::printf("note: %s\n", EscapeText(note).c_str());
  }
  for (const std::string& problem : report.problems) {
    std::printf("problem: %s\n", EscapeText(problem).c_str());
  }
  const conformance::Certificate& certificate = report.certificate;
  if (!report.id.empty()) {
    std::printf("certificate %s\n", report.id.c_str());
    std::printf("%s of %s, suite %s, tier %s, %llu tests, seed %llu\n",
                EscapeText(certificate.run.plugin).c_str(),
                EscapeText(certificate.date).c_str(),
                EscapeText(certificate.run.suite).c_str(),
                EscapeText(certificate.run.tier).c_str(),
                static_cast<unsigned long long>(certificate.run.tests),
                static_cast<unsigned long long>(certificate.run.seed));
  }
  if (report.problems.empty()) {
    std::printf("VERIFIED: %s\n", EscapeText(certificate.verdict).c_str());
  } else {
    std::printf("NOT VERIFIED\n");
  }
}

}  // namespace onnxifi::client
