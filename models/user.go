package models

import "time"

// UserID is the random id of somebody who works for the business.
type UserID string

// Role is what a user may do.
type Role string

// The roles, from the widest.
const (
	Owner     Role = "owner"
	Manager   Role = "manager"
	Marketer  Role = "marketer"
	StaffRole Role = "staff"
)

// User is somebody who signs in. Location binds staff to a shop.
type User struct {
	ID        UserID    `bson:"_id"`
	Rev       int64     `bson:"rev"`
	Email     string    `bson:"email"` // lower case
	Name      string    `bson:"name"`
	Password  string    `bson:"password"` // argon2id
	Role      Role      `bson:"role"`
	Program   ProgramID `bson:"program"`
	Location  string    `bson:"location,omitempty"`
	CreatedAt time.Time `bson:"created_at"`
}

// Session is one sign-in on one browser or till. Only hashes of its tokens
// are kept.
type Session struct {
	ID        string     `bson:"_id"`
	Rev       int64      `bson:"rev"`
	User      UserID     `bson:"user"`
	Refresh   string     `bson:"refresh"`            // hash of the refresh token in force
	Previous  string     `bson:"previous,omitempty"` // hash of the one before it, good for a short overlap
	RotatedAt time.Time  `bson:"rotated_at"`
	ExpiresAt time.Time  `bson:"expires_at"`
	CreatedAt time.Time  `bson:"created_at"`
	EndedAt   *time.Time `bson:"ended_at,omitempty"`
}
