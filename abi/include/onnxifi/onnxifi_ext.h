/* SPDX-License-Identifier: Apache-2.0 */
/** @file onnxifi_ext.h
 *  What goes beyond the 15 core functions of ONNXIFI 1.0.
 *
 *  Part 1 is the 1.0 extension header: a lookup by name and a combined bind and
 *  run. Parts 2 and 3 are additive interface 1.1; nothing in them changes part 1
 *  or the core. Part 2 is single functions, part 3 a table of functions and the
 *  values that descriptors of 1.0 cannot carry. A client finds out at run time
 *  what a backend offers: it looks for the token in ONNXIFI_BACKEND_EXTENSIONS,
 *  or asks onnxGetExtensionFunctionAddress and takes UNIDENTIFIED_NAME for "no".
 *  The conventions of onnxifi.h hold.
 */
#ifndef ONNXIFI_EXT_H
#define ONNXIFI_EXT_H 1

#include "onnxifi/onnxifi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Part 1: the 1.0 extension functions =============================== */

/** Any extension function; cast to its real type before the call. */
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxExtensionFunctionPointer)(void);

/** Finds an extension function of a backend by name.
 *  Effect     Token in ONNXIFI_BACKEND_EXTENSIONS: onnx_extension_function
 *             . Names are exact; a function answers to its bare name and
 *             to the name of its pointer type (bare name + "Function") with the
 *             same address.
 *  Ownership  the address stays valid while the library is loaded and serves
 *             objects of this backend ID only.
 *  Threading  any thread. Blocking  never. On error  *function is NULL.
 *  @retval SUCCESS              address stored
 *  @retval INVALID_ID           not a live ID
 *  @retval INVALID_POINTER      name or function == NULL
 *  @retval UNIDENTIFIED_NAME    no such function
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.0 (extension) */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetExtensionFunctionAddress(onnxBackendID backendID, const char* name,
                                onnxExtensionFunctionPointer* function);

/** Binds memory and accepts a run in one indivisible step.
 *  Effect     As onnxSetGraphIO and then onnxRunGraph with an input fence that
 *             is already signalled: inputs must be valid now. Pairs from
 *             several threads do not mix. The binding stays.
 *             Token: onnxSetIOAndRunGraphFunction.
 *  Ownership  as in those two functions. Threading  backend threads.
 *  Blocking   does not wait for the run.
 *  On error   no run, *outputFence unchanged, no binding.
 *  @retval ...                     the codes of onnxSetGraphIO, and:
 *  @retval INVALID_POINTER         outputFence == NULL
 *  @retval UNSUPPORTED_TAG         fence tag wrong
 *  @retval INVALID_FENCE_TYPE      unknown fence type
 *  @retval UNSUPPORTED_FENCE_TYPE  known fence type, not offered
 *  @since 1.0 (extension) */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputsCount,
                     const onnxTensorDescriptorV1* inputDescriptors,
                     uint32_t outputsCount,
                     const onnxTensorDescriptorV1* outputDescriptors,
                     onnxMemoryFenceV1* outputFence);

typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetExtensionFunctionAddressFunction)(
    onnxBackendID backendID, const char* name,
    onnxExtensionFunctionPointer* function);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxSetIOAndRunGraphFunction)(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors,
    onnxMemoryFenceV1* outputFence);

/* ==== Part 2: interface 1.1 ============================================= */

/** Text of the last failure. Looked up by this name, exported by no plugin;
 *  also the token in ONNXIFI_BACKEND_EXTENSIONS. */
#define ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME "onnxGetLastErrorFunction"

/** Copies the text of the last failing call into this plugin on this thread.
 *  Effect     UTF-8: what failed, why, how to fix it, naming the node or tensor.
 *             For a wait that reports a failed run: why the run failed. Empty
 *             (size 1) when no call has failed on this thread. Successful calls
 *             do not clear it; calling this function changes nothing [R-ext-1].
 *             text NULL or too small: FALLBACK and the size [R-ext-2].
 *  Ownership  the caller's buffer is written during the call.
 *  Threading  any thread; each has its own text. Blocking  never.
 *  On error   *size is unchanged.
 *  @param text  room for *size bytes, or NULL
 *  @param size  in: capacity; out: exact size with the NUL
 *  @retval SUCCESS          text and size stored
 *  @retval FALLBACK         only the size stored
 *  @retval INVALID_POINTER  size == NULL
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxGetLastErrorFunction)(
    char* text, size_t* size);

/** Why onnxGetBackendIDs gives none, for people: a device or a driver that is
 *  missing. A library may export it; a loader may ask for it.
 *  Effect     UTF-8; empty (size 1) when there is nothing to tell. Meaningful
 *             after onnxGetBackendIDs has stored 0. text NULL or too small:
 *             FALLBACK and the size.
 *  Ownership  the caller's buffer is written during the call.
 *  Threading  any thread. Blocking  never.
 *  On error   *size is unchanged.
 *  @param text  room for *size bytes, or NULL
 *  @param size  in: capacity; out: exact size with the NUL
 *  @retval SUCCESS          text and size stored
 *  @retval FALLBACK         only the size stored
 *  @retval INVALID_POINTER  size == NULL
 *  @since 1.1 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxifiWhyNoBackends(char* text, size_t* size);

typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxifiWhyNoBackendsFunction)(char* text, size_t* size);

/** Key of onnxInitBackend. Value 0 (default): strict. Value 1: tolerant, for
 *  clients and test data that break rules of 1.0:
 *   L-1  descriptors whose names are NULL, empty, unknown or repeated are bound
 *        by position when count, types and shapes fit;
 *   L-2  weight descriptors are not read when the model has initializers;
 *   L-3  dimensions may be 0, the buffer of such a tensor too;
 *   L-4  SUCCESS is reported instead of FALLBACK.
 *  Other values: INVALID_PROPERTY. A backend without it: UNSUPPORTED_PROPERTY.
 *  @since 1.1 */
#define ONNXIFI_BACKEND_PROPERTY_TOLERANT 0x0000000100000001

/** Key of onnxInitBackend. Value: a cl_command_queue of the backend's device,
 *  in order, of the context of ONNXIFI_BACKEND_OPENCL_CONTEXT when that is given,
 *  too. The backend keeps it alive and puts its commands into it: a run sees what
 *  the application has put there before its input event, without waiting for it.
 *  Another queue or none: INVALID_PROPERTY. A backend without it:
 *  UNSUPPORTED_PROPERTY.
 *  @since 1.1 */
#define ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE 0x0000000100000002

#ifdef __cplusplus
} /* extern "C" */
#endif

/* ==== Part 3: the table of interface 1.1 ================================ */
#include "onnxifi/onnxifi_interface.h"

#endif /* ONNXIFI_EXT_H */
