/** Tests of the emulator, against a real HTTP server that fails on demand. */
@NullMarked
package pinflow.source.emulate;

import org.jspecify.annotations.NullMarked;
