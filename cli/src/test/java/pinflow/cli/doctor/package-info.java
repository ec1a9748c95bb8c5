/** Tests of the doctor's checks. */
@NullMarked
package pinflow.cli.doctor;

import org.jspecify.annotations.NullMarked;
