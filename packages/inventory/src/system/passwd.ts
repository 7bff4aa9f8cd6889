/** Users of an image. Source: passwd(5). */

/** One line of passwd. */
export interface PasswdUser {
  readonly name: string;
  readonly uid: number;
}

const usersMax = 5000;

/** The users in order; lines of another form are left out, as getpwnam(3) does. Never throws. */
export function parsePasswd(text: string): readonly PasswdUser[] {
  const users: PasswdUser[] = [];
  for (const line of text.split("\n", usersMax)) {
    const match = /^([^:\s#]{1,256}):[^:]*:(\d{1,10}):/.exec(line);
    if (match?.[1] !== undefined) {
      users.push({ name: match[1], uid: Number(match[2]) });
    }
  }
  return users;
}
