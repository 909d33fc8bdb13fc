#ifndef SONDA_MODEL_BASE_VERSION_H
#define SONDA_MODEL_BASE_VERSION_H

/** What this build is. In a source of their own, so that a commit recompiles nothing else. */
namespace sonda
{

/** Release number, as in CMakeLists.txt. */
extern const char* const VERSION;

/** Commit that was built; ends in `-dirty` when files were changed, `unknown` without git. */
extern const char* const COMMIT;

} // namespace sonda

#endif
