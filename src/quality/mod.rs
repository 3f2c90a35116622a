//! The judges that decide what ships.
