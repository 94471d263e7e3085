"""As little as a Streamlit app can be: what the app's start and memory are compared with."""

import streamlit as st

st.title("A bare page")
