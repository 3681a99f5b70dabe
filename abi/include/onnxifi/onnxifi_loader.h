/* SPDX-License-Identifier: Apache-2.0 */
/** @file onnxifi_loader.h
 *  Part 1: the 1.0 static helper (libonnxifi_loader.a) that opens one ONNXIFI
 *  library by path and fills a table with its functions.
 *  Part 2: what libonnxifi.so.1 exports beyond the interface itself.
 */
#ifndef ONNXIFI_LOADER_H
#define ONNXIFI_LOADER_H 1

#include "onnxifi/onnxifi.h"
#include "onnxifi/onnxifi_ext.h"

/** Keeps the helper private to the binary it is linked into. May be defined by
 *  the user. */
#ifndef ONNXIFI_HIDDEN
#if defined(__ELF__) || defined(__MACH__)
#define ONNXIFI_HIDDEN __attribute__((__visibility__("hidden")))
#else
#define ONNXIFI_HIDDEN
#endif
#endif /* ONNXIFI_HIDDEN */

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Part 1: the 1.0 helper ============================================ */

/** The bits of the flags that name the interface version. */
#define ONNXIFI_LOADER_FLAG_VERSION_MASK 0xFF
/** Load interface version 1.0. */
#define ONNXIFI_LOADER_FLAG_VERSION_1_0 0x01

/** Entries of the table. ONNXIFI_ENABLE_EXT adds one and thereby changes the
 *  size of struct onnxifi_library: client and helper must agree. The prebuilt
 *  libonnxifi_loader.a is built without it. */
#ifdef ONNXIFI_ENABLE_EXT
#define ONNXIFI_LOADER_FUNCTION_COUNT 16
#else
#define ONNXIFI_LOADER_FUNCTION_COUNT 15
#endif

/** One loaded library. All zero when nothing is loaded. */
struct onnxifi_library {
  /** Result of dlopen (or its Windows counterpart). */
  void* handle;
  /** Low byte of the flags given to onnxifi_load. */
  uint32_t flags;
  ONNXIFI_UNNAMED_MEMBER_ union {
    ONNXIFI_UNNAMED_MEMBER_ struct {
      onnxGetBackendIDsFunction onnxGetBackendIDs;
      onnxReleaseBackendIDFunction onnxReleaseBackendID;
      onnxGetBackendInfoFunction onnxGetBackendInfo;
      onnxGetBackendCompatibilityFunction onnxGetBackendCompatibility;
      onnxInitBackendFunction onnxInitBackend;
      onnxReleaseBackendFunction onnxReleaseBackend;
      onnxInitEventFunction onnxInitEvent;
      onnxSignalEventFunction onnxSignalEvent;
      onnxGetEventStateFunction onnxGetEventState;
      onnxWaitEventFunction onnxWaitEvent;
      onnxReleaseEventFunction onnxReleaseEvent;
      onnxInitGraphFunction onnxInitGraph;
      onnxSetGraphIOFunction onnxSetGraphIO;
      onnxRunGraphFunction onnxRunGraph;
      onnxReleaseGraphFunction onnxReleaseGraph;
#ifdef ONNXIFI_ENABLE_EXT
      onnxGetExtensionFunctionAddressFunction onnxGetExtensionFunctionAddress;
#endif
    };
    /** The same entries by index. */
    void* functions[ONNXIFI_LOADER_FUNCTION_COUNT];
  };
};

#if defined(_WIN32)
typedef wchar_t onnxifi_path_char;
#else
typedef char onnxifi_path_char;
#endif

/** Opens an ONNXIFI library and looks up its functions.
 *  Effect     Fills *library; every function of the table must be present.
 *  Ownership  *library: closed with onnxifi_unload.
 *  Threading  any thread, not on one structure at a time.
 *  Blocking   as dlopen. On error  *library is all zero.
 *  @param flags    ONNXIFI_LOADER_FLAG_VERSION_1_0
 *  @param path     file, or NULL for libonnxifi.so (libonnxifi.dylib,
 *                  onnxifi.dll) on the system's search path
 *  @param library  receives the table
 *  @return 1 when loaded, else 0
 *  @since 1.0 */
ONNXIFI_HIDDEN int ONNXIFI_ABI onnxifi_load(uint32_t flags,
                                            const onnxifi_path_char* path,
                                            struct onnxifi_library* library);

/** Closes what onnxifi_load opened and zeroes the structure.
 *  NULL and an all-zero structure are allowed. Threading as onnxifi_load.
 *  @since 1.0 */
ONNXIFI_HIDDEN void ONNXIFI_ABI onnxifi_unload(struct onnxifi_library* library);

/* ==== Part 2: the loader's own interface, libonnxifi.so.1 =============== */

/** Tells what the loader did with every candidate plugin file.
 *  Effect     JSON text. Initialises the loader when nothing has yet. Object
 *             members: "loader_version", "api_version", "library",
 *             "environment" (overrides in force), "candidates": array in load
 *             order with "path", "rule" (which rule found it), "verdict"
 *             ("loaded", "skipped", "rejected"), "code" (stable, "ONNXIFI-E1104";
 *             "" for loaded), "text" (why), "fix" (what to do), "backends"
 *             (number of backends it offers). [R-load-1]
 *             text NULL or too small: FALLBACK and the size. [R-load-2]
 *  Ownership  the caller's buffer is written during the call.
 *  Threading  any thread. Blocking  as the first onnxGetBackendIDs.
 *  On error   *size is unchanged.
 *  @param text  room for *size bytes, or NULL
 *  @param size  in: capacity; out: exact size with the NUL
 *  @retval SUCCESS           text and size stored
 *  @retval FALLBACK          only the size stored
 *  @retval INVALID_POINTER   size == NULL
 *  @retval NO_SYSTEM_MEMORY  no host memory
 *  @since 1.1 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxifiGetLoadReport(char* text, size_t* size);

/** Stores the version of the loader: major << 32 | minor << 16 | patch.
 *  Threading  any thread. Blocking  never. On error  nothing stored.
 *  @retval SUCCESS          stored
 *  @retval INVALID_POINTER  version == NULL
 *  @since 1.1 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxifiGetLoaderVersion(uint64_t* version);

/** Copies the text of the last failing call on this thread.
 *  Effect     The plugin's own text when it offers onnxGetLastErrorFunction,
 *             else the loader's. Slots as in onnxGetLastErrorFunction.
 *             [R-load-3]
 *  @since 1.1 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxifiGetLastError(char* text, size_t* size);

typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxifiGetLoadReportFunction)(char* text, size_t* size);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxifiGetLoaderVersionFunction)(uint64_t* version);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxifiGetLastErrorFunction)(char* text, size_t* size);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ONNXIFI_LOADER_H */
